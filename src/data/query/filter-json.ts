/**
 * `filterArrJson` (docs/contract/api-v1.md 4.2): the same filter as `where`, as JSON that names columns by id. Strict: what is
 * malformed is refused. Keys that views store with a filter (`id`, `order`, `status`, …) are allowed and mean nothing here;
 * of those that do mean something, views store null, or an empty date word, for one that is not there.
 */
import { sizeText } from '../../lib/text'
import { type ChainItem, type Condition, type FilterNode, chain } from './ast'
import { invalidFilter } from './invalid-query'
import { MAX_CONDITIONS, MAX_FILTER_JSON_BYTES, MAX_NESTING, isLongerThan } from './limits'

const ROOT = 'filterArrJson'

type Json = Record<string, unknown>

/** Reads the parameter; null when it says nothing (no text, or an empty array). */
export function parseFilterJson(text: string): FilterNode | null {
  if (text.trim() === '') return null
  if (isLongerThan(text, MAX_FILTER_JSON_BYTES))
    throw refuse(ROOT, `it may have ${sizeText(MAX_FILTER_JSON_BYTES)}; this is more.`)
  const counter = { conditions: 0 }
  return readList(parseJson(text), { path: ROOT, level: 0, counter })
}

interface Context {
  path: string
  /** Groups around. */
  level: number
  counter: { conditions: number }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refuse(ROOT, 'expected JSON; this is none.')
  }
}

function readList(list: unknown, context: Context): FilterNode | null {
  if (!Array.isArray(list)) throw refuse(context.path, 'expected an array of filters.')
  return chain(list.map((item: unknown, index) => readItem(item, { ...context, path: `${context.path}[${index}]` })))
}

function readItem(item: unknown, context: Context): ChainItem {
  if (!isObject(item)) throw refuse(context.path, 'expected a filter object.')
  const isGroup = item.is_group === true || (item.children ?? null) !== null
  const node = isGroup ? readGroup(item, context) : readCondition(item, context)
  return { ...readJoin(item.logical_op, `${context.path}.logical_op`), node }
}

function readJoin(word: unknown, path: string): { join: 'and' | 'or'; negated: boolean } {
  switch (word ?? 'and') {
    case 'and':
      return { join: 'and', negated: false }
    case 'or':
      return { join: 'or', negated: false }
    case 'not':
      return { join: 'and', negated: true }
    default:
      throw refuse(path, 'expected "and", "or" or "not".')
  }
}

function readGroup(item: Json, context: Context): FilterNode {
  const path = `${context.path}.children`
  if (context.level >= MAX_NESTING) throw refuse(path, `groups may be nested ${MAX_NESTING} deep; this is one more.`)
  const node = readList(item.children, { ...context, path, level: context.level + 1 })
  if (node === null) throw refuse(path, 'expected at least one filter.')
  return node
}

function readCondition(item: Json, { path, counter }: Context): Condition {
  counter.conditions += 1
  if (counter.conditions > MAX_CONDITIONS) throw refuse(path, `a filter may have ${MAX_CONDITIONS} conditions; this is one more.`)
  return {
    type: 'condition',
    field: readText(item, 'fk_column_id', path),
    fieldBy: 'id',
    operator: readText(item, 'comparison_op', path),
    subOperator: (item.comparison_sub_op ?? '') === '' ? null : readText(item, 'comparison_sub_op', path),
    value: readValue(item.value, `${path}.value`),
    at: {
      field: { path: `${path}.fk_column_id` },
      operator: { path: `${path}.comparison_op` },
      value: { path: `${path}.value` },
    },
  }
}

function readText(item: Json, key: string, path: string): string {
  const text = item[key]
  if (typeof text !== 'string') throw refuse(`${path}.${key}`, 'expected a text.')
  return text
}

function readValue(value: unknown, path: string): Condition['value'] {
  if (value === undefined || value === null) return null
  if (Array.isArray(value)) return value.map((item: unknown, index) => readScalar(item, `${path}[${index}]`))
  return readScalar(value, path)
}

function readScalar(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  // Not quoted: JSON.stringify() has no stack for what is nested 20,000 deep, though JSON.parse() does.
  throw refuse(path, `expected a text, a number, true or false; not ${describe(value)}.`)
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : 'an object'
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(path: string, message: string) {
  return invalidFilter(message, { path })
}
