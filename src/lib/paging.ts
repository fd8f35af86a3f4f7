/** The `pageInfo` that every list carries: docs/contract/api-v1.md 4.3. */
export interface PageInfo {
  totalRows: number
  page: number
  pageSize: number
  isFirstPage: boolean
  isLastPage: boolean
}

/** `page` is offset / limit + 1 and not rounded: clients of the contract compare it. */
export function pageInfo(totalRows: number, limit: number, offset: number): PageInfo {
  const page = offset / limit + 1
  const lastPage = Math.max(1, Math.ceil(totalRows / limit))
  return { totalRows, page, pageSize: limit, isFirstPage: page === 1, isLastPage: page === lastPage }
}

/** Of a page behind a cursor, whose number nobody knows. */
export function pageInfoBehind(totalRows: number, limit: number, hasMore: boolean): Omit<PageInfo, 'page'> {
  return { totalRows, pageSize: limit, isFirstPage: false, isLastPage: !hasMore }
}

/** A list that is always answered whole. */
export function wholeList<Item>(list: Item[]): { list: Item[]; pageInfo: PageInfo } {
  return { list, pageInfo: pageInfo(list.length, Math.max(25, list.length), 0) }
}
