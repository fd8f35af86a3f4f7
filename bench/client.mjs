/** What the benchmark asks of Latchkey before it measures: an account, tokens, tables with rows. */
export const ROWS_PER_REQUEST = 10_000

/** @typedef {(path: string, options?: { auth?: string, body?: unknown }) => Promise<{ headers: Headers, body: any }>} Call */

/** Calls the API; throws for whatever is not answered 2xx. @param {string} url @returns {Call} */
export function caller(url) {
  return async (path, { auth, body } = {}) => {
    const headers = {
      ...(auth === undefined ? {} : { 'xc-auth': auth }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const request = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(url + path, request)
    if (!response.ok) throw new Error(`${response.status} ${path}: ${await response.text()}`)
    return { headers: response.headers, body: await response.json() }
  }
}

export const CREDENTIALS = { email: 'bench@example.org', password: 'correct horse' }

/** @param {Call} call */
export async function signUp(call) {
  const auth = (await call('/api/v1/auth/user/signup', { body: CREDENTIALS })).body.token
  const project = (await call('/api/v1/db/meta/projects', { auth, body: { title: 'Bench' } })).body.id
  const apiToken = (await call('/api/v1/tokens', { auth, body: { description: 'bench' } })).body.token
  return { auth, apiToken, project }
}

/** @typedef {Awaited<ReturnType<typeof signUp>>} Account */

/** A row of the tables that makeTable() fills. @param {number} index */
export const row = (index) => ({
  Title: `Item ${index}`,
  Qty: index % 1000,
  Code: `code-${index % 5000}`,
  Price: index / 100,
  Done: index % 3 === 0,
})

/** A table of `size` rows; its id. @param {Call} call @param {Account} account @param {number} size */
export async function makeTable(call, { auth, project }, size) {
  const columns = [
    { title: 'Title', uidt: 'SingleLineText' },
    { title: 'Qty', uidt: 'Number' },
    { title: 'Code', uidt: 'SingleLineText', meta: { index: true } },
    { title: 'Price', uidt: 'Decimal' },
    { title: 'Done', uidt: 'Checkbox' },
  ]
  const { body: table } = await call(`/api/v1/db/meta/projects/${project}/tables`, { auth, body: { title: `T${size}`, columns } })
  for (let from = 0; from < size; from += ROWS_PER_REQUEST) {
    const rows = Array.from({ length: Math.min(ROWS_PER_REQUEST, size - from) }, (_, index) => row(from + index))
    await call(`/api/v1/db/data/bulk/noco/${project}/${table.id}`, { auth, body: rows })
  }
  return table.id
}
