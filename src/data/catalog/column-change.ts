/** What a column will be when somebody changes it: what the patch leaves out stays. */
import { ApiError } from '../../errors'
import { hasSortKey } from '../types/collation'
import type { AutoValue, Column, Table } from '../types/column'
import type { ColumnType } from '../types/column-types'
import { rulesOf } from '../types/kinds'
import { renamedOptions } from '../types/options'
import { columnNames, refuseTakenNames } from './column-names'
import { checkDefault, checkKey, checkStars, invalid, refuseTooLarge } from './column-rules'
import type { ColumnSpec } from './column-spec'
import { type OptionSpec, hasOptions, keepOptionIds, makeOptions } from './select-options'

export type ColumnPatch = Partial<ColumnSpec>

/** The default of a date that the server fills, as clients read it. */
export const SERVER_TIME = 'CURRENT_TIMESTAMP'

/** Throws INVALID_COLUMN, INVALID_VALUE_FOR_FIELD or INVALID_TABLE. A patch may name what stays as well. */
export function planChange(table: Table, column: Column, patch: ColumnPatch, now: number): Column {
  const others = table.columns.filter(({ id }) => id !== column.id)
  refuseFixedMembers(column, patch)
  const changed = { ...column, ...membersOf(column, patch), updatedAt: now }
  refuseTakenNames(changed, others)
  checkKey(changed)
  if (column.primaryKey && changed.type !== column.type)
    throw invalid(column.title, 'The type of the primary key cannot be changed.')
  // What stood before, and meant nothing under another type, must not stand in the way.
  if (JSON.stringify(changed.meta) !== JSON.stringify(column.meta)) checkStars(changed)
  const planned = { ...changed, defaultValue: defaultAfter(column, changed, patch, now) }
  checkDefault(planned, now)
  refuseTooLarge([...others, planned], null)
  return planned
}

/** The members that the patch changes, and those that follow from them. */
function membersOf(column: Column, patch: ColumnPatch): Partial<Column> {
  const { type, required, unique, order, meta } = { ...column, ...patch }
  const { title, columnName } = columnNames({
    title: patch.title ?? column.title,
    columnName: patch.columnName ?? column.columnName,
  })
  return {
    title,
    columnName,
    type,
    required: !column.autoIncrement && (column.primaryKey || required),
    unique: !column.primaryKey && unique,
    displayValue: column.displayValue || patch.displayValue === true,
    auto: type === column.type ? column.auto : (AUTO_TYPES[type] ?? null),
    options: optionsAfter(column, patch.options ?? column.options, { type, title }),
    order,
    meta,
  }
}

/** A name and a default make a date the server's when it is new; later it may be called anything, and only its type counts. */
const AUTO_TYPES: Partial<Record<ColumnType, AutoValue>> = { CreateTime: 'created_at', LastModifiedTime: 'updated_at' }

function optionsAfter(column: Column, specs: readonly OptionSpec[], { type, title }: Pick<Column, 'type' | 'title'>) {
  return keepOptionIds(makeOptions(specs, type, title), specs, column)
}

/** What nobody can change is refused where the patch says otherwise, not passed over. */
function refuseFixedMembers(column: Column, patch: ColumnPatch): void {
  const { title, primaryKey, autoIncrement, auto } = column
  if (patch.title === '') throw invalid(title, `The title of "${title}" must not be empty.`)
  if (patch.primaryKey !== undefined && patch.primaryKey !== primaryKey) {
    throw invalid(title, `The primary key is chosen when the table is made: "${title}" stays as it is.`)
  }
  if (patch.autoIncrement !== undefined && patch.autoIncrement !== autoIncrement) {
    throw invalid(title, `Automatic ids are chosen when the table is made: "${title}" stays as it is.`)
  }
  if (primaryKey && patch.required === false) {
    throw invalid(title, `Every row needs a key: the field "${title}" stays required.`)
  }
  const staysAuto = auto !== null && (patch.type ?? column.type) === column.type
  if (staysAuto && (patch.defaultValue ?? SERVER_TIME) !== SERVER_TIME) {
    throw invalid(title, `The server fills the field "${title}": it takes no default value.`)
  }
}

/**
 * A default that the patch sets is to fit. One that stood before must not stand in the way of another change: it follows its
 * options to their new titles, and goes where the column can no longer hold it.
 */
function defaultAfter(from: Column, to: Column, patch: ColumnPatch, now: number): string | null {
  if (to.auto !== null) return null
  const standing = from.auto === null ? from.defaultValue : SERVER_TIME
  const wanted = patch.defaultValue === undefined ? standing : patch.defaultValue
  if (wanted === null || wanted !== standing) return wanted
  const followed = hasOptions(from.type) && hasOptions(to.type) ? renamedOptions(wanted, from, to) : wanted
  const left = rulesOf(to).options === 'several' ? knownOptions(followed, to) : followed
  return left !== '' && isDefault(left, to, now) ? left : null
}

function knownOptions(chosen: string, { options }: Column): string {
  return chosen
    .split(',')
    .filter((title) => options.some((option) => option.title === title))
    .join(',')
}

function isDefault(value: string, column: Column, now: number): boolean {
  try {
    checkDefault({ ...column, defaultValue: value }, now)
    return true
  } catch (error) {
    if (error instanceof ApiError) return false
    throw error
  }
}

/** Whether values stored for the old column could be anything but values of the new one, or their sort keys come or go. */
export function needsNewValues(from: Column, to: Column): boolean {
  if (hasSortKey(from) !== hasSortKey(to)) return true
  if (to.meta?.['validate'] === true && (from.meta?.['validate'] !== true || from.type !== to.type)) return true
  return !rulesOf(to).holds(from, to)
}
