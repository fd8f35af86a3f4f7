/** What the docs page makes of the document of a project. */
import { expect, test } from 'vitest'
import { outline, tableTitles, whole } from '../../../public/docs/document.js'
import { requestOf } from '../../../public/docs/request.js'

const ROWS = '/api/v1/db/data/noco/p_1/md_1'
const list = (tag: string, id: string) => ({ get: { tags: [tag], operationId: id, summary: 'List', description: 'long' } })
const body = { content: { 'application/json': { example: { Title: 'Pen' } } } }
const row = {
  parameters: [{ $ref: '#/components/parameters/rowId' }],
  patch: {
    tags: ['Items'],
    parameters: [{ name: 'if-match', in: 'header' }],
    requestBody: { $ref: '#/components/requestBodies/Change' },
    responses: { 200: { content: { 'application/json': {} } } },
  },
}
const DOCUMENT = {
  info: { title: 'Shop' },
  security: [{ xcAuth: [] }, { xcToken: [] }],
  tags: [{ name: 'Items' }, { name: 'Orders' }, { name: 'Default view of Items' }],
  paths: {
    [ROWS]: list('Items', 'list'),
    [`${ROWS}/{rowId}`]: row,
    [`${ROWS}/views/vw_1`]: list('Default view of Items', 'view-list'),
    '/api/v1/db/data/noco/p_1/md_2': list('Orders', 'list-2'),
    '/api/v1/me': { get: { tags: ['Items'], security: [{ xcAuth: [] }], responses: {} } },
    '/api/v1/file': { post: { tags: ['Items'], requestBody: { content: { 'text/csv': {} } } } },
  },
  components: {
    securitySchemes: { xcAuth: {} },
    parameters: { rowId: { name: 'rowId', in: 'path' } },
    requestBodies: { Change: body },
  },
}

interface Outline {
  tags: object[]
  paths: Record<string, { get: { tags: string[] } }>
}

const outlined = (views: boolean): Outline => outline(DOCUMENT, { views }) as unknown as Outline

test('each table is one group, without what views repeat', () => {
  const { tags, paths } = outlined(false)
  expect(tags).toEqual([{ name: 'Items' }, { name: 'Orders' }])
  expect(Object.keys(paths).filter((path) => path.includes('views'))).toEqual([])
  expect(paths[ROWS]).toEqual({ get: { tags: ['Items'], operationId: 'list', summary: 'List' } })
})

test('what goes through a view stands with its table when it is wanted', () => {
  const { tags, paths } = outlined(true)
  expect(tags).toEqual([{ name: 'Items' }, { name: 'Orders' }])
  expect(paths[`${ROWS}/views/vw_1`]?.get.tags).toEqual(['Items'])
  expect(whole(DOCUMENT, ['paths', `${ROWS}/views/vw_1`, 'get'])).toMatchObject({ tags: ['Items'], description: 'long' })
  expect(whole(DOCUMENT, ['paths', ROWS, 'get'])).toMatchObject({ tags: ['Items'], description: 'long' })
})

test('ids of tables have their titles', () => {
  expect([...tableTitles(DOCUMENT)]).toEqual([
    ['md_1', 'Items'],
    ['md_2', 'Orders'],
  ])
})

const filled = { document: DOCUMENT, origin: 'https://a.example', values: {}, body: undefined, apiToken: undefined }

test('a request has what the fields hold, each in its place', () => {
  const values = { 'path.rowId': `it's/1`, 'header.if-match': '"v1"' }
  expect(
    requestOf({ ...filled, path: `${ROWS}/{rowId}`, method: 'patch', values, body: '{"Title":"Ink"}', apiToken: 'T' }),
  ).toEqual({
    method: 'PATCH',
    url: `https://a.example${ROWS}/it%27s%2F1`,
    headers: [
      ['xc-token', 'T'],
      ['if-match', '"v1"'],
    ],
    body: { Title: 'Ink' },
    answer: 'json',
  })
})

test('without them it has the example of the body, the names of the path and a word for the token', () => {
  expect(requestOf({ ...filled, path: `${ROWS}/{rowId}`, method: 'patch' })).toMatchObject({
    url: `https://a.example${ROWS}/{rowId}`,
    headers: [['xc-token', 'YOUR_API_TOKEN']],
    body: { Title: 'Pen' },
  })
  expect(requestOf({ ...filled, path: '/api/v1/me', method: 'get' })?.headers).toEqual([['xc-auth', 'YOUR_AUTH_TOKEN']])
})

test('a body that is no JSON, or not yet, has no program', () => {
  expect(requestOf({ ...filled, path: `${ROWS}/{rowId}`, method: 'patch', body: '{"Title":' })).toBeNull()
  expect(requestOf({ ...filled, path: '/api/v1/file', method: 'post' })).toBeNull()
})
