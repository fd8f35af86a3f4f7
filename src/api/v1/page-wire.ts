/** Pages of rows as clients of the v1 API read them: docs/contract/api-v1.md 4.3, 4.6. */
import type { ValueCount, ValueCounts, RowGroup } from '../../data/records/groups'
import type { RowPage } from '../../data/records/records'
import type { Column } from '../../data/types/column'
import { pageInfo } from '../../http/page'

export function toPage({ rows, total, size, offset, hasMore, next }: RowPage) {
  // Nobody knows the number of a page after a cursor.
  const info =
    offset === null
      ? { totalRows: total, pageSize: size, isFirstPage: false, isLastPage: !hasMore }
      : pageInfo(total, size, offset)
  return { list: rows, pageInfo: next === undefined ? info : { ...info, next } }
}

/** `{count, <column name>}` for each value; `totalRows` is the number of rows that match, as clients of the contract expect. */
export function toCounts({ columnName }: Column, { counts, total, size, offset }: ValueCounts) {
  const entry = ({ value, count }: ValueCount) =>
    Object.fromEntries([
      ['count', count],
      [columnName, value],
    ]) as Record<string, unknown>
  return { list: counts.map(entry), pageInfo: pageInfo(total, size, offset) }
}

export function toGroups(groups: readonly RowGroup[]) {
  return groups.map(({ key, page }) => ({ key, value: toPage(page) }))
}
