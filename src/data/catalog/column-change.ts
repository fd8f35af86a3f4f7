/** What a column will be when a request changes it: what the request leaves out stays. */
import { ApiError } from '../../errors'
import { hasSortKey } from '../types/collation'
import {
  type ColumnRequestBody,
  buildColumn,
  checkDefault,
  checkStars,
  isOn,
  readDefault,
  refuseTooLarge,
} from './column-request'
import { changedOptions, hasOptions, keepOptionIds } from './options'
import type { Column, Table } from '../types/column'
import { rulesOf } from '../types/kinds'
import { renamedOptions } from '../types/options'

/** What the answers say of the default of a date that the server fills. */
const SERVER_TIME = 'CURRENT_TIMESTAMP'

/** A client may send the whole column back as it read it, with any one member changed. Throws INVALID_COLUMN and as buildColumn does. */
export function planChange(table: Table, column: Column, request: ColumnRequestBody, now: number): Column {
  const others = table.columns.filter(({ id }) => id !== column.id)
  refuseFixedMembers(column, request)
  const options = changedOptions(column, request)
  const built = buildColumn({ ...wholeRequest(column, request), ...options }, others, { nextColumn: 0, now })
  if (column.primaryKey && built.type !== column.type) throw invalid(column, 'The type of the primary key cannot be changed.')
  const changed: Column = {
    ...built,
    id: column.id,
    physicalName: column.physicalName,
    autoIncrement: column.autoIncrement,
    auto: autoAfter(column, built),
    displayValue: column.displayValue || isOn(request.pv),
    required: column.autoIncrement ? false : built.required,
    options: keepOptionIds(built.options, column, options),
    createdAt: column.createdAt,
  }
  // What stood before, and meant nothing under another type, must not stand in the way.
  if (JSON.stringify(changed.meta) !== JSON.stringify(column.meta)) checkStars(changed)
  const planned = { ...changed, defaultValue: defaultAfter(column, changed, request, now) }
  checkDefault(planned, now)
  refuseTooLarge([...others, planned], null)
  return planned
}

function wholeRequest(column: Column, request: ColumnRequestBody): ColumnRequestBody {
  return {
    title: request.title ?? column.title,
    column_name: isGiven(request.column_name) ? request.column_name : column.columnName,
    uidt: request.uidt ?? column.type,
    pk: column.primaryKey,
    rqd: request.rqd ?? column.required,
    unique: request.unique ?? column.unique,
    meta: request.meta === undefined ? column.meta : request.meta,
    order: request.order ?? column.order,
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

/** What no request can change is refused where the request says otherwise, not passed over. */
function refuseFixedMembers(column: Column, request: ColumnRequestBody): void {
  const differs = (flag: ColumnRequestBody['pk'], standing: boolean): boolean =>
    flag !== null && flag !== undefined && isOn(flag) !== standing
  if (request.title === '') throw invalid(column, `The title of "${column.title}" must not be empty.`)
  if (differs(request.pk, column.primaryKey)) {
    throw invalid(column, `The primary key is chosen when the table is made: "${column.title}" stays as it is.`)
  }
  if (differs(request.ai, column.autoIncrement)) {
    throw invalid(column, `Automatic ids are chosen when the table is made: "${column.title}" stays as it is.`)
  }
  if (column.primaryKey && differs(request.rqd, true)) {
    throw invalid(column, `Every row needs a key: the field "${column.title}" stays required.`)
  }
  const staysAuto = column.auto !== null && (request.uidt ?? column.type) === column.type
  if (staysAuto && isGiven(request.cdf) && request.cdf !== SERVER_TIME) {
    throw invalid(column, `The server fills the field "${column.title}": it takes no default value.`)
  }
}

function invalid(column: Column, message: string): ApiError {
  return new ApiError('INVALID_COLUMN', message, { details: { field: column.title } })
}

/** A name and a default make a date the server's when it is new; later it may be called anything, and only its type counts. */
function autoAfter(column: Column, built: Column): Column['auto'] {
  if (built.type === column.type) return column.auto
  return built.type === 'DateTime' ? null : built.auto
}

/**
 * A default that the request sets is to fit. One that stood before must not stand in the way of another change: it follows its
 * options to their new titles, and goes where the column can no longer hold it.
 */
function defaultAfter(from: Column, to: Column, request: ColumnRequestBody, now: number): string | null {
  if (to.auto !== null) return null
  const standing = from.auto === null ? from.defaultValue : SERVER_TIME
  const wanted = request.cdf === undefined ? standing : readDefault(request.cdf)
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
