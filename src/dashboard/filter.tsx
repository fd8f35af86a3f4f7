/** The filter above a grid: the API's own `where`, and a builder that writes it (public/dashboard/filter.js). */
import type { Condition, FilterNode } from '../data/query/ast'
import { OPERATORS, type OperatorName, isFor } from '../data/query/operators'
import { parseWhere } from '../data/query/parser'
import { type Column, type Table } from '../data/types/column'
import { Icon } from './icons'

/** The operators that the builder offers, in people's words. The text of the filter takes all of them. */
const WORDS: readonly (readonly [OperatorName, string])[] = [
  ['eq', 'is'],
  ['neq', 'is not'],
  ['like', 'contains'],
  ['nlike', 'does not contain'],
  ['gt', 'is above / after'],
  ['gte', 'is at least / from'],
  ['lt', 'is below / before'],
  ['lte', 'is at most / until'],
  ['in', 'is one of'],
  ['anyof', 'has any of'],
  ['allof', 'has all of'],
  ['btw', 'is between'],
  ['isWithin', 'is within'],
  ['checked', 'is checked'],
  ['notchecked', 'is not checked'],
  ['blank', 'is blank'],
  ['notblank', 'is not blank'],
]

/** A condition of a filter that is a plain list, as the builder shows it. */
interface BuilderRow {
  join: 'and' | 'or'
  field: string
  operator: string
  value: string
}

/**
 * The rows of the builder for a filter, or null for one that is more than conditions in a line, or cannot be read: then
 * people edit its text.
 */
export function builderRows(where: string): BuilderRow[] | null {
  const parsed = parseWhere(where)
  if (!parsed.ok) return null
  if (parsed.ast === null) return []
  const { ast } = parsed
  if (ast.type === 'condition') return [toRow(ast, 'and')]
  if (ast.type === 'not' || !ast.children.every(isCondition)) return null
  return ast.children.filter(isCondition).map((child) => toRow(child, ast.type))
}

function isCondition(node: FilterNode): node is Condition {
  return node.type === 'condition'
}

function toRow({ field, operator, value }: Condition, join: 'and' | 'or'): BuilderRow {
  return { join, field, operator, value: typeof value === 'string' ? value : (value ?? []).join(',') }
}

/** How a filter names a column: by its title unless the grammar would read that as something else. */
export function filterName(column: Column): string {
  return /^[^~(),\s"][^,()]*$/.test(column.title) && column.title === column.title.trim() ? column.title : column.id
}

interface FilterProps {
  table: Table
  where: string
  sort: string
  /** Why the filter was refused. */
  error: string | null
  open: boolean
}

export function FilterPanel({ table, where, sort, error, open }: FilterProps) {
  const rows = builderRows(where)
  return (
    <section id="filter" class="filter" aria-label="Filter" hidden={!open}>
      <form method="get" data-filter>
        {sort !== '' && <input type="hidden" name="sort" value={sort} />}
        <input type="hidden" name="filter" value="1" />
        <div class="conditions" data-conditions data-with-script hidden={rows === null}>
          {(rows ?? []).map((row, index) => (
            <ConditionRow table={table} row={row} first={index === 0} />
          ))}
          {rows?.length === 0 && <ConditionRow table={table} row={null} first />}
        </div>
        <template data-condition-template>
          <ConditionRow table={table} row={null} first={false} />
        </template>
        <div class="field">
          <label for="where">
            The same as text, as programs send it in <code>where</code>
          </label>
          <div class="where">
            <input
              id="where"
              type="text"
              name="where"
              value={where}
              placeholder="(Title,like,pen)~and(Qty,gt,3)"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              {...(error === null ? {} : { 'aria-invalid': 'true' as const, 'aria-describedby': 'where-error' })}
            />
          </div>
          {error !== null && (
            <p id="where-error" class="error" role="alert">
              {error}
            </p>
          )}
        </div>
        <div class="actions">
          <button class="button button-primary button-small" type="submit">
            Apply
          </button>
          <button class="button button-small" type="button" data-add-condition data-with-script hidden={rows === null}>
            <Icon name="plus" /> Add condition
          </button>
          <a class="button button-quiet button-small" href={sort === '' ? '?' : `?sort=${encodeURIComponent(sort)}`}>
            Clear
          </a>
        </div>
      </form>
    </section>
  )
}

function ConditionRow({ table, row, first }: { table: Table; row: BuilderRow | null; first: boolean }) {
  const known = WORDS.some(([name]) => name === row?.operator)
  return (
    <div class="condition" data-condition>
      {first ? (
        <span>Where</span>
      ) : (
        <select data-join aria-label="And or or">
          <option value="and" selected={row?.join !== 'or'}>
            and
          </option>
          <option value="or" selected={row?.join === 'or'}>
            or
          </option>
        </select>
      )}
      <select data-field aria-label="Column">
        {table.columns.map((column) => (
          <option
            value={filterName(column)}
            data-operators={WORDS.filter(([name]) => isFor(OPERATORS[name], column))
              .map(([name]) => name)
              .join(' ')}
            selected={row === null ? column.displayValue : [column.title, column.id, column.columnName].includes(row.field)}
          >
            {column.title}
          </option>
        ))}
      </select>
      <select data-operator aria-label="Comparison">
        {WORDS.map(([name, words]) => (
          <option value={name} data-takes={OPERATORS[name].value} selected={name === (row?.operator ?? 'like')}>
            {words}
          </option>
        ))}
        {row !== null && !known && (
          <option value={row.operator} data-takes="one" selected>
            {row.operator}
          </option>
        )}
      </select>
      <input type="text" data-value value={row?.value ?? ''} aria-label="Value" placeholder="Value" autocomplete="off" />
      <button class="button button-quiet button-icon" type="button" data-remove-condition aria-label="Remove this condition">
        <Icon name="close" />
      </button>
    </div>
  )
}
