/** A list request's query string against a table: the one entry of this folder. */
import type { Column, Table } from '../types/column'
import { ApiError } from '../../errors'
import { type FilterNode, countConditions } from './ast'
import { checkFilter, countListed } from './check'
import { invalidFilter, invalidParameter } from './invalid-query'
import { parseFields } from './fields'
import { parseFilterJson } from './filter-json'
import { MAX_CONDITIONS, MAX_LISTED } from './limits'
import { DEFAULT_LIMITS, type Limits, parseFlag, parseLimit, parseOffset } from './page'
import { parseWhere } from './parser'
import { type Predicate, and } from './predicate'
import { type SortTerm, parseSort, parseSortJson, totalOrder } from './sort'

/** Query parameters as Hono's `c.req.queries()` gives them: all values of each name. */
export type QueryParams = Readonly<Record<string, readonly string[] | undefined>>

export interface ListQuery {
  /** What to answer with, in the order asked for. */
  fields: Column[]
  /** Null selects every row. */
  filter: Predicate | null
  /** Always a total order. */
  order: SortTerm[]
  limit: number
  offset: number
  /** Random order is asked for, instead of `order`. */
  shuffle: boolean
}

export interface QueryOptions {
  /** Milliseconds; what `today` and the other date words count from. */
  now: number
  limits?: Limits
}

/** Reads the parameters of docs/contract/api-v1.md 4.2 under all their names. Others are not looked at. */
export function parseQuery(table: Table, params: QueryParams, { now, limits = DEFAULT_LIMITS }: QueryOptions): ListQuery {
  const sort = valuesOf(params, 'sort', 'sort[]', 's')
  const terms = sort.some((text) => text.trim() !== '')
    ? parseSort(table, sort)
    : parseSortJson(table, onlyValue(params, 'sortArrJson') ?? '')
  return {
    fields: parseFields(table, valuesOf(params, 'fields', 'fields[]', 'f')),
    filter: parseFilter(
      table,
      { where: onlyValue(params, 'where', 'w'), filterArrJson: onlyValue(params, 'filterArrJson') },
      now,
    ),
    order: totalOrder(table, terms),
    limit: parseLimit(onlyValue(params, 'limit', 'l'), limits),
    offset: parseOffset(onlyValue(params, 'offset', 'o')),
    shuffle: parseFlag('shuffle', onlyValue(params, 'shuffle', 'r'), false),
  }
}

/** A filter's two spellings. Both given: both hold. */
export interface FilterTexts {
  where?: string | undefined
  filterArrJson?: string | undefined
}

/** The filter alone, for routes that count, update or delete. Null when nothing is filtered. */
export function parseFilter(table: Table, { where = '', filterArrJson = '' }: FilterTexts, now: number): Predicate | null {
  const nodes = [readWhere(where), parseFilterJson(filterArrJson)].filter((node) => node !== null)
  if (nodes.reduce((sum, node) => sum + countConditions(node), 0) > MAX_CONDITIONS) {
    const message = `a filter may have ${MAX_CONDITIONS} conditions; where and filterArrJson together have more.`
    throw invalidFilter(message, { path: 'filterArrJson' })
  }
  if (nodes.length === 0) return null
  if (nodes.reduce((sum, node) => sum + countListed(node), 0) > MAX_LISTED) {
    throw new ApiError('INVALID_FILTER', `The lists of a filter may have ${MAX_LISTED} values together; here are more.`)
  }
  return and(...nodes.map((node) => checkFilter(node, table, now)))
}

function readWhere(text: string): FilterNode | null {
  const result = parseWhere(text)
  if (!result.ok) throw invalidFilter(result.error.message, { position: result.error.position })
  return result.ast
}

function valuesOf(params: QueryParams, ...names: readonly string[]): string[] {
  return names.flatMap((name) => params[name] ?? [])
}

/**
 * The value of a parameter that may be given once, under any of its names. Throws INVALID_PARAMETER: taking either of two would
 * be a guess; a guess about a filter is a leak.
 */
export function onlyValue(params: QueryParams, name: string, ...aliases: readonly string[]): string | undefined {
  const values = valuesOf(params, name, ...aliases)
  if (values.length > 1) throw invalidParameter(name, 'expected one value; it was given more than once.')
  return values[0]
}
