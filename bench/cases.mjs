/** What is measured: each kind of request, and beside some the same statements by the bare Worker. */
import { CREDENTIALS, row } from './client.mjs'
import { BARE_HOST } from './server.mjs'

/** @typedef {import('./load.mjs').Case & { bare?: import('./load.mjs').Case }} Measured */

const COLUMNS =
  'c1 AS "Id", c2 AS "Title", c3 AS "Qty", c4 AS "Code", c5 AS "Price", c6 AS "Done", c7 AS "CreatedAt", c8 AS "UpdatedAt"'
const DEEP = 50_000

/** The sizes of the tables that cases() needs; the largest is left out of a quick run. */
export const SMALL = 1_000
export const MIDDLE = 100_000
export const LARGE = 1_000_000

/**
 * @param {import('./client.mjs').Call} call
 * @param {import('./client.mjs').Account} account
 * @param {ReadonlyMap<number, string>} tables ids by size
 * @returns {Promise<Measured[]>}
 */
export async function cases(call, { auth, apiToken, project }, tables) {
  const headers = { 'xc-token': apiToken }
  /** @param {number} size */
  const rows = (size) => `/api/v1/db/data/noco/${project}/${tables.get(size)}`
  /** @param {string} title @param {number} size @param {Partial<Measured>} [more] @param {string} [query] */
  const bare = (title, size, more = {}, query = '') => ({
    title,
    path: `/?project=${project}&table=${tables.get(size)}&columns=${encodeURIComponent(COLUMNS)}${query}`,
    headers: { ...headers, host: BARE_HOST },
    ...more,
  })
  /** @param {number} size */
  const bareList = (size) => bare(`bare: list 25 of ${count(size)}`, size)
  /** The cursor behind the row at a position. @param {number} size @param {number} position */
  const cursor = async (size, position) => (await call(`${rows(size)}?offset=${position - 25}`, { auth })).body.pageInfo.next
  /** @param {number} size @param {number} position */
  const listByCursor = async (size, position) => ({
    title: `list 25 by cursor at ${count(position)} of ${count(size)}`,
    path: `${rows(size)}?cursor=${await cursor(size, position)}`,
    headers,
  })
  const largest = Math.max(...tables.keys())
  const insert = { method: /** @type {const} */ ('POST'), body: JSON.stringify(row(1)) }
  const signIn = {
    title: 'sign-in',
    method: /** @type {const} */ ('POST'),
    path: '/api/v1/auth/user/signin',
    body: JSON.stringify(CREDENTIALS),
  }
  let turn = 0
  return [
    ...[...tables.keys()].map((size) => ({
      title: `list 25 of ${count(size)}, API Token`,
      path: rows(size),
      headers,
      bare: bareList(size),
    })),
    { title: 'list 25 of 100,000, Auth Token', path: rows(MIDDLE), headers: { 'xc-auth': auth }, bare: bareList(MIDDLE) },
    { title: 'list 25 at offset 50,000 of 100,000', path: `${rows(MIDDLE)}?offset=${DEEP}`, headers },
    await listByCursor(MIDDLE, DEEP),
    await listByCursor(largest, largest - 50),
    ...[...tables.keys()]
      .filter((size) => size > SMALL)
      .map((size) => ({
        title: `filter on an index of ${count(size)}, sorted`,
        path: `${rows(size)}?where=(Code,eq,code-77)&sort=-Id`,
        headers,
      })),
    { title: 'filter and sort, no index, 100,000', path: `${rows(MIDDLE)}?where=(Qty,lt,10)&sort=-Price`, headers },
    { title: 'read by id', path: `${rows(MIDDLE)}/777`, headers, bare: bare('bare: read', MIDDLE, {}, '&id=777') },
    { title: 'insert', path: rows(SMALL), headers, ...insert, bare: bare('bare: insert', SMALL, insert) },
    {
      title: 'update',
      method: 'PATCH',
      path: rows(MIDDLE),
      headers,
      body: '{"Qty":5}',
      setup: (request) => ({ ...request, path: `${rows(MIDDLE)}/${1 + ((turn++ * 7919) % MIDDLE)}` }),
    },
    { title: `count of ${count(largest)}`, path: `${rows(largest)}/count`, headers },
    {
      title: 'count by an index of 100,000',
      path: `${rows(MIDDLE)}/count?where=(Code,eq,code-77)`,
      headers,
    },
    {
      title: 'bad token, a new one each time',
      path: rows(MIDDLE),
      headers,
      setup: (request) => ({ ...request, headers: { ...request.headers, 'xc-token': String(turn++).padStart(40, 'x') } }),
      status: 401,
    },
    {
      title: 'bad token, again and again',
      path: rows(MIDDLE),
      headers: { 'xc-token': 'x'.repeat(40) },
      status: 429,
    },
    { ...signIn, connections: 1 },
    {
      title: 'read by id beside 40 sign-ins at once',
      path: `${rows(MIDDLE)}/777`,
      headers,
      connections: 1,
      beside: { ...signIn, connections: 40 },
    },
  ]
}

/** @param {number} rows */
export function count(rows) {
  return rows.toLocaleString('en')
}
