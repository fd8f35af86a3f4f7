/** Which rows of a table a page shows: carried in the address from the grid to the forms of its rows, and back. */
import type { Context } from 'hono'
import type { AppEnv } from '../http/app-env'
import { readOffset } from './pager'

/** What the address says of the rows to show, as it was written. */
export interface View {
  where: string
  sort: string
  /** Of a download: the page itself shows every column. */
  fields: string
  offset: number
}

export function readView(c: Context<AppEnv>): View {
  return {
    where: c.req.query('where') ?? '',
    sort: c.req.query('sort') ?? '',
    fields: c.req.query('fields') ?? '',
    offset: readOffset(c),
  }
}

/** As parameters of an address, for withQuery(). */
export function viewQuery({ where, sort, fields, offset }: View): (readonly [name: string, value: string])[] {
  return [
    ['where', where],
    ['sort', sort],
    ['fields', fields],
    ['offset', offset === 0 ? '' : String(offset)],
  ]
}
