/** What a filter says, before it is checked against a table. Plain data; made by parser.ts (`where`) and filter-json.ts. */

/** Where in the request something stands: a character of `where` (UTF-16, from 0), or a path in `filterArrJson`. */
export type Place = { position: number } | { path: string }

/** One condition, as written. Nothing in it is known to exist. */
export interface Condition {
  type: 'condition'
  field: string
  /** `where` names fields by title, `filterArrJson` by column id. */
  fieldBy: 'title' | 'id'
  operator: string
  /** The date word of `filterArrJson` (`comparison_sub_op`); in `where` it is the beginning of the value. */
  subOperator: string | null
  /** null: none was given. An array only from `filterArrJson`. */
  value: string | readonly string[] | null
  at: { field: Place; operator: Place; value: Place }
}

/** A filter. `not` selects every row that its child does not select, rows with NULL included. */
export type FilterNode = Condition | { type: 'and' | 'or'; children: readonly FilterNode[] } | { type: 'not'; child: FilterNode }

/** An item of a chain, with the word before it. */
export interface ChainItem {
  join: 'and' | 'or'
  negated: boolean
  node: FilterNode
}

/** Items joined as SQL joins them: AND binds tighter than OR. The first item's `join` joins nothing. Empty is null. */
export function chain(items: readonly ChainItem[]): FilterNode | null {
  const runs: FilterNode[][] = []
  for (const { join, negated, node } of items) {
    const item: FilterNode = negated ? { type: 'not', child: node } : node
    const run = runs.at(-1)
    if (run === undefined || join === 'or') runs.push([item])
    else run.push(item)
  }
  const [first, ...others] = runs.map((children) => collapse('and', children))
  return first === undefined ? null : collapse('or', [first, ...others])
}

function collapse(type: 'and' | 'or', children: readonly FilterNode[]): FilterNode {
  const [only] = children
  return only !== undefined && children.length === 1 ? only : { type, children }
}

/** How many conditions a filter has. */
export function countConditions(node: FilterNode): number {
  if (node.type === 'condition') return 1
  if (node.type === 'not') return countConditions(node.child)
  return node.children.reduce((sum, child) => sum + countConditions(child), 0)
}
