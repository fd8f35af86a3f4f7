/** How a changed column takes the place of the one before: with values of its own, or with those that there are. */
import { batch, requireChanges } from '../../lib/d1'
import { type Sql, all } from '../../lib/sql'
import type { Column, Table } from '../types/column'
import { changeEvent } from './column-events'
import { columnRefusal } from './column-refusals'
import { refuseTooLarge } from './column-rules'
import { becomesRequired, convertValues } from './convert'
import { type Site, changeCatalog } from './crash-safe-change'
import { addColumn, createIndex, indexKind } from './ddl'
import { type Orphan, type OrphanKind, isOrphan } from './orphans'
import type { Reading } from './text-conversion'
import { requireValues } from './required'
import { setDisplayColumn, takeColumnNumber, updateColumn } from './store'

interface Standing {
  table: Table
  column: Column
}

/** How a column, or an index of it, is known among the orphans. */
export function physicalColumn(kind: Exclude<OrphanKind, 'table'>, table: Table, column: Column): Orphan {
  return { kind, table: table.physicalName, column: column.physicalName }
}

/**
 * Another type means another physical column: filled while nobody sees it, then put in the place of the old one. Rows written
 * during the conversion are converted again; what is lost is a write of a request that was under way, with the catalog of
 * before, at the moment of the change itself.
 */
export async function swapColumn(site: Site, { table, column }: Standing, { to: planned, format }: Reading): Promise<void> {
  refuseTooLarge([...table.columns.filter(({ id }) => id !== column.id), planned], null)
  const number = await takeColumnNumber(site.databases.control, table.id)
  const replacement: Column = { ...planned, physicalName: `c${number}` }
  const orphan = physicalColumn('column', table, replacement)
  const make = async (data: D1Database): Promise<void> => {
    const { columns, indexes } = addColumn(table, replacement)
    await batch(data, columns)
    await convertValues(data, table, column, { to: replacement, format })
    if (indexes.length > 0) await batch(data, indexes)
  }
  await changeCatalog(site, {
    made: { orphan, make },
    left: physicalColumn('column', table, column),
    enter: update(site, table, { from: column, to: replacement }, isOrphan(orphan)),
    refusal: columnRefusal(planned),
  })
}

/** The values stay where they are, and none may be missing; only the catalog changes, and an index comes or goes. */
export async function keepColumn(site: Site, { table, column }: Standing, planned: Column): Promise<void> {
  if (becomesRequired(column, planned)) await requireValues(site.databases.data, table, column)
  const [before, after] = [indexKind(column), indexKind(planned)]
  const added = after === before ? null : after
  const dropped = after === before ? null : before
  const orphan = added === null ? null : physicalColumn(added, table, column)
  await changeCatalog(site, {
    made:
      added === null || orphan === null
        ? null
        : { orphan, make: (data) => batch(data, createIndex(added, table.physicalName, planned)) },
    left: dropped === null ? null : physicalColumn(dropped, table, column),
    enter: update(site, table, { from: column, to: planned }, orphan === null ? all([]) : isOrphan(orphan)),
    refusal: columnRefusal(planned),
  })
}

function update({ source }: Site, table: Table, change: { from: Column; to: Column }, standing: Sql): Sql[] {
  const { from, to } = change
  return [
    updateColumn(from, to, standing),
    requireChanges(1),
    ...(to.displayValue && !from.displayValue ? [setDisplayColumn(table.id, to.id)] : []),
    changeEvent(source, table, change),
  ]
}
