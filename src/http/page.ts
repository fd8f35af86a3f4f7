/** Paged lists of the control plane: the query they take, and the shape they answer with. */
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

/** `{list, pageInfo}` */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ list: z.array(item), pageInfo: PageInfo })
}
