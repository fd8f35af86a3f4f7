/** Paged lists: the query that those of the control plane take, and the shape that all answer with (docs/contract/api-v1.md 4.3). */
import { z } from '@hono/zod-openapi'

export const DEFAULT_LIMIT = 25
const MAX_LIMIT = 1000

const count = (name: string, description: string) =>
  z
    .string()
    .regex(/^-?\d{1,9}$/, 'must be a whole number')
    .optional()
    .openapi({ type: 'integer', description, param: { name, in: 'query', required: false } })

export const PageQuery = z.object({
  limit: count('limit', `Rows of the page; default ${DEFAULT_LIMIT}, at most ${MAX_LIMIT}`),
  offset: count('offset', 'Rows before the page; default 0'),
  query: z.string().max(320).optional().openapi({ description: 'Part of an e-mail address' }),
})

/** Limit and offset brought into range, and the search text in lower case. */
export function readPage(query: z.infer<typeof PageQuery>): { limit: number; offset: number; query: string } {
  return {
    limit: Math.min(Math.max(Number(query.limit ?? DEFAULT_LIMIT), 1), MAX_LIMIT),
    offset: Math.max(Number(query.offset ?? 0), 0),
    query: query.query?.trim().toLowerCase() ?? '',
  }
}

export const PageInfo = z
  .object({
    totalRows: z.number().int(),
    page: z.number().openapi({ description: 'offset / limit + 1, not rounded' }),
    pageSize: z.number().int(),
    isFirstPage: z.boolean(),
    isLastPage: z.boolean(),
  })
  .openapi('PageInfo')

/** `page` is offset / limit + 1 and not rounded: clients of the contract compare it. */
export function pageInfo(totalRows: number, limit: number, offset: number): z.infer<typeof PageInfo> {
  const page = offset / limit + 1
  const lastPage = Math.max(1, Math.ceil(totalRows / limit))
  return { totalRows, page, pageSize: limit, isFirstPage: page === 1, isLastPage: page === lastPage }
}

/** A list that is always answered whole. */
export function wholeList<Item>(list: Item[]): { list: Item[]; pageInfo: z.infer<typeof PageInfo> } {
  return { list, pageInfo: pageInfo(list.length, Math.max(25, list.length), 0) }
}

/** `{list, pageInfo}` */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ list: z.array(item), pageInfo: PageInfo })
}
