/** Tables and columns as clients of the contract read them: docs/contract/api-v1.md 3.3, 3.4, 3.6. */
import { z } from '@hono/zod-openapi'
import { timestamp } from '../../lib/time'
import { writeOptionList } from './options'
import { type Column, type Table, keyMaker } from '../types/column'
import { COLUMN_TYPES } from '../types/column-types'

const nullable = z.null()

export const ColumnBody = z
  .object({
    id: z.string(),
    base_id: z.string(),
    project_id: z.string(),
    fk_model_id: z.string(),
    title: z.string(),
    column_name: z.string(),
    uidt: z.string(),
    dt: z.string(),
    np: nullable,
    ns: nullable,
    clen: nullable,
    cop: z.string(),
    pk: z.boolean(),
    pv: z.boolean(),
    rqd: z.boolean(),
    un: z.boolean(),
    ct: z.string(),
    ai: z.boolean(),
    unique: z.boolean(),
    cdf: z.string().nullable(),
    cc: nullable,
    csn: nullable,
    dtx: z.string(),
    dtxp: z.string(),
    dtxs: z.string(),
    au: z.boolean(),
    validate: nullable,
    virtual: z.boolean(),
    deleted: nullable,
    system: z.boolean(),
    order: z.number(),
    meta: z.record(z.string(), z.unknown()).nullable(),
    colOptions: z
      .object({
        options: z.array(
          z.object({
            id: z.string(),
            fk_column_id: z.string(),
            title: z.string(),
            color: z.string().nullable(),
            order: z.number(),
          }),
        ),
      })
      .nullable(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('Column')

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

export function toColumnBody(column: Column, table: Table, baseId: string): z.infer<typeof ColumnBody> {
  const { dt } = COLUMN_TYPES[column.type]
  return {
    id: column.id,
    base_id: baseId,
    project_id: table.projectId,
    fk_model_id: table.id,
    title: column.title,
    column_name: column.columnName,
    uidt: column.primaryKey && keyMaker(column) !== null ? 'ID' : column.type,
    dt,
    np: null,
    ns: null,
    clen: null,
    cop: String(table.columns.indexOf(column)),
    pk: column.primaryKey,
    pv: column.displayValue,
    rqd: column.required || column.autoIncrement,
    un: column.autoIncrement,
    ct: dt,
    ai: column.autoIncrement,
    unique: column.unique,
    cdf: column.defaultValue ?? (column.auto === null ? null : 'CURRENT_TIMESTAMP'),
    cc: null,
    csn: null,
    dtx: 'specificType',
    dtxp: writeOptionList(column.options),
    dtxs: '',
    au: column.auto === 'updated_at',
    validate: null,
    virtual: false,
    deleted: null,
    system: false,
    order: column.order,
    meta: column.meta,
    colOptions:
      column.options.length === 0
        ? null
        : { options: column.options.map((option, index) => ({ ...option, fk_column_id: column.id, order: index + 1 })) },
    created_at: timestamp(column.createdAt),
    updated_at: timestamp(column.updatedAt),
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
