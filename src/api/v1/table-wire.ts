/** Tables and views as clients of the v1 API write and read them: docs/contract/api-v1.md 3.3, 3.6. */
import { z } from '@hono/zod-openapi'
import type { TablePatch, TableSpec } from '../../data/catalog/tables'
import type { Table } from '../../data/types/column'
import { timestamp } from '../../lib/time'
import { ColumnBody, ColumnRequest, toColumnBody, toColumnSpec } from './column-wire'

const nullable = z.null()

export const TableRequest = z
  .object({
    title: z.string().max(1000).nullish().openapi({ description: 'Derived from `table_name` when left out', example: 'Items' }),
    table_name: z.string().max(1000).nullish().openapi({ description: 'Derived from the title when left out', example: 'items' }),
    columns: z
      .array(ColumnRequest)
      .max(1000)
      .openapi({ description: 'Without a primary key, Id, CreatedAt and UpdatedAt are added' }),
    meta: z.record(z.string(), z.unknown()).nullish(),
    order: z.number().nullish(),
  })
  .openapi('NewTable')

export const TableSummary = z
  .object({
    id: z.string().openapi({ example: 'md_0g0x02ppqq6hfp' }),
    base_id: z.string(),
    project_id: z.string(),
    table_name: z.string(),
    title: z.string(),
    type: z.literal('table'),
    meta: z.record(z.string(), z.unknown()).nullable(),
    schema: nullable,
    enabled: z.boolean(),
    mm: z.boolean(),
    tags: nullable,
    pinned: nullable,
    deleted: nullable,
    order: z.number(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('TableSummary')

export const ViewBody = z
  .object({
    id: z.string(),
    base_id: z.string(),
    project_id: z.string(),
    fk_model_id: z.string(),
    title: z.string(),
    type: z.number().int().openapi({ description: '3: grid' }),
    is_default: z.boolean(),
    show_system_fields: nullable,
    lock_type: z.literal('collaborative'),
    uuid: nullable,
    password: nullable,
    show: z.boolean(),
    order: z.number(),
    meta: nullable,
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('View')

export const TableBody = TableSummary.extend({
  columns: z.array(ColumnBody),
  columnsById: z.record(z.string(), ColumnBody),
  views: z.array(ViewBody),
}).openapi('Table')

/** A new table. Throws as toColumnSpec does. */
export function toTableSpec(request: z.infer<typeof TableRequest>): TableSpec {
  return { ...toTablePatch(request), columns: request.columns.map(toColumnSpec) }
}

export function toTablePatch({
  title,
  table_name,
  meta,
  order,
}: Partial<Omit<z.infer<typeof TableRequest>, 'columns'>>): TablePatch {
  return {
    ...(typeof title === 'string' && { title }),
    ...(typeof table_name === 'string' && { tableName: table_name }),
    ...(meta !== undefined && { meta }),
    ...(typeof order === 'number' && { order }),
  }
}

/** `baseId` is the project's data source. */
export function toTableSummary(table: Table, baseId: string): z.infer<typeof TableSummary> {
  return {
    id: table.id,
    base_id: baseId,
    project_id: table.projectId,
    table_name: table.tableName,
    title: table.title,
    type: 'table',
    meta: table.meta,
    schema: null,
    enabled: true,
    mm: false,
    tags: null,
    pinned: null,
    deleted: null,
    order: table.order,
    created_at: timestamp(table.createdAt),
    updated_at: timestamp(table.updatedAt),
  }
}

export function toTableBody(table: Table, baseId: string): z.infer<typeof TableBody> {
  const columns = table.columns.map((column) => toColumnBody(column, table, baseId))
  return {
    ...toTableSummary(table, baseId),
    columns,
    columnsById: Object.fromEntries(columns.map((column) => [column.id, column])),
    views: [toDefaultView(table, baseId)],
  }
}

/** The one view every table has: a grid of all its columns, named like the table. */
export function toDefaultView(table: Table, baseId: string): z.infer<typeof ViewBody> {
  return {
    id: table.viewId,
    base_id: baseId,
    project_id: table.projectId,
    fk_model_id: table.id,
    title: table.title,
    type: 3,
    is_default: true,
    show_system_fields: null,
    lock_type: 'collaborative',
    uuid: null,
    password: null,
    show: true,
    order: 1,
    meta: null,
    created_at: timestamp(table.createdAt),
    updated_at: timestamp(table.updatedAt),
  }
}
