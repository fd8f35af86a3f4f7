/** Files into tables by the API: step by step, and in one request. */
import { beforeAll, expect, test } from 'vitest'
import { type Person, createProject, request, signUpCreator, succeed } from '../support/client'

let ada: Person
let projectId: string

beforeAll(async () => {
  ada = await signUpCreator()
  projectId = (await createProject(ada.auth)).id
})

const META = () => `/api/v1/db/meta/projects/${projectId}`
const post = (path: string, body: unknown) => request('POST', `${META()}${path}`, { auth: ada.auth, body })

test('a file in parts becomes a table: its ids are the keys, and the counter follows', async () => {
  const csv = 'Id,Name,Qty\n5,a,1\n7,b,2\n'
  const { body: made } = await succeed(post('/imports', { name: 'people.csv', size: csv.length }))
  const part = { auth: ada.auth, body: new TextEncoder().encode(csv), headers: { 'content-type': 'application/octet-stream' } }
  expect((await succeed(request('PUT', `${META()}/imports/${made.id}/parts/0`, part))).body).toEqual({ received: 1, parts: 1 })
  const { body: read } = await succeed(post(`/imports/${made.id}/preview`, {}))
  expect([read.done, read.preview.total_rows]).toEqual([true, 2])
  const { body: run } = await succeed(post(`/imports/${made.id}/run`, {}))
  expect([run.done, run.rows, run.total]).toEqual([true, 2, 2])
  const rows = `/api/v1/db/data/noco/${projectId}/${run.report.table.id}`
  await succeed(request('POST', rows, { auth: ada.auth, body: { Name: 'c' } }))
  const { body: page } = await succeed(request('GET', `${rows}?fields=Id,Name,Qty`, { auth: ada.auth }))
  expect(page.list).toEqual([
    { Id: 5, Name: 'a', Qty: 1 },
    { Id: 7, Name: 'b', Qty: 2 },
    { Id: 8, Name: 'c', Qty: null },
  ])
})
