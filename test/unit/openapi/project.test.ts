import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/app'
import type { Column, Table } from '../../../src/data/types/column'
import { OPERATORS } from '../../../src/data/query/operators'
import { parseQuery } from '../../../src/data/query/query'
import { accessTo } from '../../../src/data/access/table-access'
import { readChange, readKey, readNewRow, readRowId, readUpsert } from '../../../src/data/records/row'
import { PHONE_NUMBER } from '../../../src/data/types/validators'
import { upsertColumn } from '../../../src/data/records/upsert'
import { NO_NAME } from '../../../src/openapi/schemas'
import { type Json, problemsOf, resolve } from './conforms'
import { type Operation, type Parameter, documentOf, operationOf, operationsOf } from './document'
import { beyond, redocly, spectral } from './lint'
import {
  ALL_REQUIRED,
  CREATED_AT,
  EVERY_TYPE,
  FEW_HOSTILE,
  ONE_HOSTILE,
  HOSTILE,
  HOSTILE_NAMES,
  ID,
  LIMITS,
  NO_KEY,
  ORIGIN,
  TABLES,
  TEXT_KEY,
  TWO_KEYS,
  makeTable,
  options,
} from './tables'
import type { ColumnType } from '../../../src/data/types/column-types'

function parameterOf(table: Table, name: string, operation = name === 'rowId' ? 'readRow' : 'listRows'): Parameter | undefined {
  return operationOf(documentOf([table]), operation, table.id).parameters.find((parameter) => parameter.name === name)
}

function valuesOf(parameter: Parameter | undefined): string[] {
  return Object.values(parameter?.examples ?? {}).map(({ value }) => value)
}

function bodyExample(table: Table, name: string): unknown {
  return operationOf(documentOf([table]), name, table.id).body?.example
}

function newRow(table: Table): Json | undefined {
  return bodyExample(table, 'insertRow') as Json | undefined
}

/** The schema of one column in answers, and in requests. */
function schemasOf(column: Partial<Column> & { type: ColumnType }): { answer: Json; request: Json; added: Json } {
  const { schemas } = documentOf([makeTable('md_x', 'X', [ID, { title: 'It', ...column }])]).components
  const member = (name: string): Json => (schemas[name]?.['properties'] as Record<string, Json> | undefined)?.['It'] ?? {}
  return { answer: member('XFields'), request: member('XValues'), added: schemas['XNewRow'] ?? {} }
}

const EVERYTHING = [...TABLES, ...HOSTILE]

describe('linters', { timeout: 60_000 }, () => {
  // The data is the user's: it is not for us to license. And NocoDB's paths are as they are: literal segments win over parameters.
  const accepted = ['info-license', 'no-ambiguous-paths']

  test('Redocly finds nothing in a document with every column type', async () => {
    expect(beyond(await redocly(documentOf(TABLES)), ...accepted)).toEqual([])
  })

  test('Spectral finds nothing in a document with every column type', async () => {
    expect(await spectral(documentOf(TABLES))).toEqual([])
  })

  test.each(HOSTILE_NAMES.slice(0, 3))('hostile names are no error to Redocly: %s', async (title) => {
    const findings = await redocly(documentOf(FEW_HOSTILE, { title }))
    // It does not look at patternProperties for what is required, nor for what is evaluated; our own reader of schemas does.
    const blind = ['no-required-schema-properties-undefined', 'no-invalid-media-type-examples']
    expect(beyond(findings, ...accepted, ...blind)).toEqual([])
  })

  test('hostile names are no error to Spectral', async () => {
    const findings = await spectral(documentOf(ONE_HOSTILE, { title: HOSTILE_NAMES[0] }))
    // It takes the title of the project and of columns for Markdown; they are plain text.
    expect(beyond(findings, 'no-script-tags-in-markdown')).toEqual([])
    expect(findings.every(({ text }) => /\.title /.test(text))).toBe(true)
  })

  test('no title of a schema holds a text of users: some generators make names of them', () => {
    const { schemas } = documentOf(HOSTILE).components
    const titles = Object.values(schemas).flatMap((schema) => schema['title'] ?? [])
    expect(titles.length).toBeGreaterThan(10)
    expect(titles.map((title) => JSON.stringify(title)).filter((title) => !/^"[\w ]+"$/.test(title))).toEqual([])
  })

  test('a project without tables has a valid document', async () => {
    expect(beyond(await redocly(documentOf([])), ...accepted)).toEqual([])
    expect(await spectral(documentOf([]))).toEqual([])
  })
})

/** As the router writes it: ids back to parameters. */
function routeOf({ method, path }: Operation, table: Table): string {
  const names = { noco: 'orgs', [table.projectId]: 'projectName', [table.id]: 'tableName', [table.viewId]: 'viewName' }
  const parts = path
    .split('/')
    .map((part) => (names[part] === undefined ? part.replace(/^\{(\w+)\}$/, ':$1') : `:${names[part]}`))
  return `${method.toUpperCase()} ${parts.join('/')}`
}

describe('operations', () => {
  const own = operationsOf(documentOf([EVERY_TYPE])).map((operation) => routeOf(operation, EVERY_TYPE))
  const served = createApp().routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/db/data/'))
  const routes = new Set(served.map(({ method, path }) => `${method} ${path}`))

  test('are those that the server has for rows: none is forgotten', () => {
    expect(routes.size).toBeGreaterThan(20)
    expect([...routes].filter((route) => !own.includes(route))).toEqual([])
  })

  test('are those that the server has for rows: none is made up', () => {
    expect(own.filter((route) => !routes.has(route))).toEqual([])
    expect(new Set(own).size).toBe(own.length)
  })

  test('have the permissions of the routes: 403 is documented where a role of the project lacks it', () => {
    const viewers = operationsOf(documentOf([EVERY_TYPE])).filter(({ responses }) => responses['403'] === undefined)
    expect(viewers.every(({ method }) => method === 'get')).toBe(true)
    expect(viewers).toHaveLength(own.filter((route) => route.startsWith('GET')).length)
  })

  test('have the ids of the project, the table and its view in their paths', () => {
    expect(Object.keys(documentOf([TEXT_KEY]).paths).map((path) => path.replace('/api/v1/db/data', ''))).toEqual([
      '/noco/p_1/md_textkey',
      '/noco/p_1/md_textkey/find-one',
      '/noco/p_1/md_textkey/count',
      '/noco/p_1/md_textkey/groupby',
      '/noco/p_1/md_textkey/group/{groupColumnId}',
      '/noco/p_1/md_textkey/export/csv',
      '/noco/p_1/md_textkey/{rowId}',
      '/noco/p_1/md_textkey/{rowId}/exist',
      '/bulk/noco/p_1/md_textkey',
      '/bulk/noco/p_1/md_textkey/all',
      '/bulk/noco/p_1/md_textkey/upsert',
      '/bulk/noco/p_1/md_textkey/changes',
      '/noco/p_1/md_textkey/views/vw_md_textkey',
      '/noco/p_1/md_textkey/views/vw_md_textkey/find-one',
      '/noco/p_1/md_textkey/views/vw_md_textkey/count',
      '/noco/p_1/md_textkey/views/vw_md_textkey/groupby',
      '/noco/p_1/md_textkey/views/vw_md_textkey/group/{groupColumnId}',
      '/noco/p_1/md_textkey/views/vw_md_textkey/export/csv',
      '/noco/p_1/md_textkey/views/vw_md_textkey/{rowId}',
      '/noco/p_1/md_textkey/views/vw_md_textkey/{rowId}/exist',
    ])
  })

  test('a table without a primary key has none on rows that a request must name', () => {
    const ids = operationsOf(documentOf([NO_KEY])).map(({ id }) => id)
    const onTable = ['ListRows', 'InsertRow', 'FindRow', 'CountRows', 'CountRowsByField', 'ListRowsByField', 'ExportCsv']
    const inBulk = ['UpdateMatchingRows', 'DeleteMatchingRows']
    expect(ids.toSorted()).toEqual(
      [...onTable, ...inBulk, ...onTable.map((name) => `View${name}`)].map((name) => `noKey${name}`).toSorted(),
    )
  })

  test('have ids of their own, and the title of their table or its view as tag', () => {
    const document = documentOf(EVERYTHING)
    const operations = operationsOf(document)
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length)
    expect(operations.filter(({ id }) => !/^[a-z][A-Za-z0-9]+$/.test(id))).toEqual([])
    expect(new Set(operations.flatMap(({ tags }) => tags))).toEqual(new Set(document.tags.map(({ name }) => name)))
    const titles = EVERYTHING.map(({ title }) => title)
    expect(document.tags.map(({ name }) => name)).toEqual([...titles, ...titles.map((title) => `Default view of ${title}`)])
  })

  test('a table that is called like the tag of a view leaves both their tags', () => {
    const document = documentOf([makeTable('md_x', 'X', [ID]), makeTable('md_y', 'Default view of X', [ID])])
    expect(document.tags.map(({ name }) => name)).toEqual([
      'X',
      'Default view of X',
      'Default view vw_md_x of X',
      'Default view of Default view of X',
    ])
  })

  const errorsOf = (name: string): string[] =>
    Object.entries(operationOf(documentOf([EVERY_TYPE]), name, 'md_every').responses)
      .filter(([status]) => status !== '200')
      .map(([status, { description }]) => `${status} ${description}`)

  test('document the errors that can occur, and no others: a list', () => {
    expect(errorsOf('listRows')).toEqual([
      '400 `INVALID_PARAMETER`, `INVALID_FILTER`, `FIELD_NOT_FOUND`, `INVALID_CURSOR`',
      '401 `AUTHENTICATION_REQUIRED`, `TOKEN_EXPIRED`, `TOKEN_REVOKED`, `TOKEN_INVALID`',
      '404 `PROJECT_NOT_FOUND`, `TABLE_NOT_FOUND`',
      '429 `TOO_MANY_REQUESTS`',
      '503 `DATABASE_UNAVAILABLE`, `MISCONFIGURED`',
    ])
  })

  test('document the errors that can occur, and no others: an update through the view', () => {
    expect(errorsOf('viewUpdateRow')).toEqual([
      '400 `BAD_JSON`, `INVALID_REQUEST_BODY`, `INVALID_PARAMETER`, `FIELD_NOT_FOUND`, `INVALID_VALUE_FOR_FIELD`, `REQUIRED_FIELD_MISSING`, `DUPLICATE_VALUE`',
      '401 `AUTHENTICATION_REQUIRED`, `TOKEN_EXPIRED`, `TOKEN_REVOKED`, `TOKEN_INVALID`',
      '403 `HTTPS_REQUIRED`, `FORBIDDEN`',
      '404 `PROJECT_NOT_FOUND`, `TABLE_NOT_FOUND`, `VIEW_NOT_FOUND`, `ROW_NOT_FOUND`',
      '412 `ROW_CHANGED`',
      '413 `PAYLOAD_TOO_LARGE`',
      '415 `UNSUPPORTED_MEDIA_TYPE`',
      '422 `IDEMPOTENCY_KEY_REUSED`',
      '429 `TOO_MANY_REQUESTS`',
      '503 `DATABASE_UNAVAILABLE`, `MISCONFIGURED`',
    ])
  })

  test.each([
    ['readRow', ['400', '401', '404', '429', '503']],
    ['deleteRow', ['400', '401', '403', '404', '412', '413', '415', '422', '429', '503']],
    ['insertRows', ['400', '401', '403', '404', '413', '415', '422', '429', '503']],
    ['deleteMatchingRows', ['400', '401', '403', '404', '413', '415', '422', '429', '503']],
  ])('%s may be refused with %j', (name, statuses) => {
    expect(errorsOf(name).map((line) => line.slice(0, 3))).toEqual(statuses)
  })

  test('writes take an Idempotency-Key, those of one row that is there an If-Match, and others neither', () => {
    const headers = operationsOf(documentOf([EVERY_TYPE])).map(({ name: id, method, parameters }) => ({
      id,
      method,
      names: parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name),
    }))
    for (const { id, method, names } of headers) {
      const ofRow = /^(u|viewU)pdateRow$|^(d|viewD)eleteRow$/.test(id)
      expect({ id, names }).toEqual({
        id,
        names: method === 'get' ? [] : ofRow ? ['Idempotency-Key', 'If-Match'] : ['Idempotency-Key'],
      })
    }
  })

  test('answers say what the request cost, and those with one row its version', () => {
    for (const { name: id, method, responses } of operationsOf(documentOf([EVERY_TYPE]))) {
      const names = Object.keys(responses['200']?.headers ?? {})
      expect(names).toEqual(expect.arrayContaining(['xc-db-response', 'server-timing', 'x-d1-rows-read', 'x-d1-rows-written']))
      expect({ id, exported: names.includes('nc-export-offset') }).toEqual({ id, exported: /^(e|viewE)xportCsv$/.test(id) })
      expect({ id, replayed: names.includes('idempotency-replayed') }).toEqual({ id, replayed: method !== 'get' })
      expect({ id, versioned: names.includes('etag') }).toEqual({ id, versioned: /^(view)?(insert|read|update)Row$/i.test(id) })
    }
  })

  test('errors have the shape that the server answers with', () => {
    const document = documentOf([EVERY_TYPE])
    const schema = { $ref: '#/components/schemas/Error' }
    expect(problemsOf(document, schema, { error: 'NOT_FOUND', message: 'Not found', msg: 'Not found' })).toEqual([])
    expect(problemsOf(document, schema, { msg: 'Not found' })).toEqual(['/error is missing', '/message is missing'])
  })

  test('errors show an answer with each code that the status has, and no other code', () => {
    const document = documentOf([EVERY_TYPE])
    for (const { id, responses } of operationsOf(document)) {
      for (const [status, response] of Object.entries(responses).filter(([code]) => code !== '200')) {
        const { description, content } = response
        const codes = response['x-error-codes'] ?? []
        expect(description).toBe(codes.map((code) => `\`${code}\``).join(', '))
        const { schema = {}, examples = {} } = content?.['application/json'] ?? {}
        const shown = Object.entries(examples).map(
          ([name, { $ref }]) => [name, resolve(document, $ref)['value'] as Json] as const,
        )
        expect({ id, status, shown: shown.map(([name, { error }]) => [name, error]) }).toEqual({
          id,
          status,
          shown: codes.map((code) => [code, code]),
        })
        expect(shown.flatMap(([, example]) => problemsOf(document, schema, example))).toEqual([])
        expect(problemsOf(document, schema, { ...shown[0]?.[1], error: 'NOT_FOUND' })).toHaveLength(1)
      }
    }
  })

  test('errors are components that operations share', () => {
    const { responses } = documentOf(EVERYTHING).components
    const errors = Object.keys(responses).filter((name) => name.startsWith('error-'))
    expect(errors.length).toBeLessThan(50)
    expect(errors).toEqual(Object.keys(documentOf([EVERY_TYPE]).components.responses).filter((name) => name.startsWith('error-')))
  })

  test('are open to any of the three credentials, on the server that was asked', () => {
    expect(documentOf([EVERY_TYPE])).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Shop', version: '7' },
      servers: [{ url: ORIGIN }],
      security: [{ xcAuth: [] }, { xcToken: [] }, { bearer: [] }],
      components: {
        securitySchemes: { xcAuth: { name: 'xc-auth' }, xcToken: { name: 'xc-token' }, bearer: { scheme: 'bearer' } },
      },
    })
  })
})

describe('columns', () => {
  const exact = { minimum: -9007199254740991, maximum: 9007199254740991 }
  const anything = { type: ['object', 'array', 'string', 'number', 'boolean', 'null'], items: {}, additionalProperties: true }

  test.each<[ColumnType, Json, Json]>([
    ['SingleLineText', { type: ['string', 'null'] }, { type: ['string', 'null'] }],
    ['Number', { type: ['integer', 'null'], ...exact }, { type: ['integer', 'null'], ...exact }],
    ['Rating', { type: ['integer', 'null'], ...exact }, { type: ['integer', 'null'], minimum: 0, maximum: 5 }],
    ['Year', { type: ['integer', 'null'], minimum: 0, maximum: 9999 }, { type: ['integer', 'null'], minimum: 0, maximum: 9999 }],
    [
      'Decimal',
      { type: ['number', 'null'], format: 'double', ...exact },
      { type: ['number', 'null'], format: 'double', ...exact },
    ],
    ['Checkbox', { type: ['boolean', 'null'] }, { type: ['boolean', 'null'] }],
    ['Date', { type: ['string', 'null'], format: 'date' }, { type: ['string', 'null'], format: 'date' }],
    ['Email', { type: ['string', 'null'] }, { type: ['string', 'null'], format: 'idn-email' }],
    ['URL', { type: ['string', 'null'] }, { type: ['string', 'null'], format: 'uri' }],
    ['JSON', anything, anything],
    ['Attachment', anything, anything],
    ['SingleSelect', { type: ['string', 'null'], enum: ['a', 'b', null] }, { type: ['string', 'null'], enum: ['a', 'b', null] }],
    [
      'MultiSelect',
      { type: ['string', 'null'] },
      { type: ['string', 'array', 'null'], pattern: '^(?:(?:a|b)(?:,(?!$)|$))*$', items: { type: 'string', enum: ['a', 'b'] } },
    ],
  ])('%s', (type, answer, request) => {
    const { description: _, examples, ...answers } = schemasOf({ type, options: options('a', 'b') }).answer
    const { description: __, ...requests } = schemasOf({ type, options: options('a', 'b') }).request
    expect({ answers, requests }).toEqual({ answers: answer, requests: request })
    expect(examples).toHaveLength(1)
  })

  test.each([
    ['DateTime', '2026-01-31 09:30:00+00:00', true, true],
    ['DateTime', '2026-01-31T09:30:00Z', false, true],
    ['DateTime', '2026-01-31T09:30:00.5+02:00', false, true],
    ['DateTime', '31.01.2026', false, false],
    ['Time', '09:30:00', true, true],
    ['Time', '09:30', false, true],
    ['Time', '24:00', false, false],
  ] as const)('%s %s', (type, value, inAnswers, inRequests) => {
    const { answer, request } = schemasOf({ type })
    expect([problemsOf({}, answer, value).length === 0, problemsOf({}, request, value).length === 0]).toEqual([
      inAnswers,
      inRequests,
    ])
  })

  test.each([
    ['a.b', true],
    ['a.b,(c)', true],
    ['', true],
    ['axb', false],
    ['a.b,', false],
    [',a.b', false],
    ['a.b,a', false],
  ])('a MultiSelect of the options a.b and (c) takes "%s": %s', (value, taken) => {
    const { request } = schemasOf({ type: 'MultiSelect', options: options('a.b', '(c)') })
    expect(problemsOf({}, request, value).length === 0).toBe(taken)
  })

  test('a format is promised of answers where the server checks it', () => {
    expect(schemasOf({ type: 'Email', meta: { validate: true } }).answer).toMatchObject({ format: 'idn-email' })
    expect(schemasOf({ type: 'URL', meta: { validate: true } }).answer).not.toHaveProperty('format')
    const pattern = PHONE_NUMBER.source
    expect(schemasOf({ type: 'PhoneNumber', meta: { validate: true } })).toMatchObject({
      answer: { pattern },
      request: { pattern },
    })
    expect(schemasOf({ type: 'PhoneNumber' }).request).not.toHaveProperty('pattern')
  })

  test('a select without options takes no enum, which JSON Schema would not allow to be empty', () => {
    expect(schemasOf({ type: 'SingleSelect' }).request).not.toHaveProperty('enum')
  })

  test('a required one takes no null, and must be in an insert', () => {
    const { request, added } = schemasOf({ type: 'Number', required: true })
    expect(request).toMatchObject({ type: 'integer' })
    expect(added).toMatchObject({ required: ['It'] })
  })

  test('only the key is promised to be there in every row: others may be older than the rule that requires them', () => {
    expect(schemasOf({ type: 'Number', required: true }).answer).toMatchObject({ type: ['integer', 'null'] })
    expect(schemasOf({ type: 'Number', required: true, primaryKey: true }).answer).toMatchObject({ type: 'integer' })
  })

  test.each<[string, Partial<Column> & { type: ColumnType }, unknown]>([
    ['a number', { type: 'Number', defaultValue: '5', required: true }, 5],
    ['a text', { type: 'SingleLineText', defaultValue: 'new' }, 'new'],
    ['JSON', { type: 'JSON', defaultValue: '{"a":1}' }, { a: 1 }],
    ['a checkbox, which is off', { type: 'Checkbox', required: true }, false],
    ['a rating, which is 0', { type: 'Rating', required: true }, 0],
  ])('the default of %s stands at inserts, not at updates', (_name, column, value) => {
    const { request, added } = schemasOf(column)
    expect(added).toMatchObject({ properties: { It: { allOf: [{ default: value }] } } })
    expect(added).not.toHaveProperty('required')
    expect(request).not.toHaveProperty('default')
  })

  test('a default that follows the clock is none to write down, but relieves an insert of the field', () => {
    const { added } = schemasOf({ type: 'DateTime', defaultValue: 'CURRENT_TIMESTAMP', required: true })
    expect(added).not.toHaveProperty('required')
    expect(JSON.stringify(added)).not.toContain('default')
  })

  test('a default that is not of the type is none: an insert must say', () => {
    expect(schemasOf({ type: 'Number', defaultValue: 'many' }).added).toMatchObject({ required: ['It'] })
  })

  test('what the server sets is in answers, and no request has room for it', () => {
    const { schemas } = documentOf([makeTable('md_x', 'X', [ID, CREATED_AT])]).components
    expect(schemas['XRow']).toMatchObject({ properties: { Id: {}, CreatedAt: {} }, required: ['Id', 'CreatedAt'] })
    expect(schemas['XValues']).not.toHaveProperty('properties')
    expect(schemas['XNewRow']).toEqual({ title: 'New row of X', type: 'object', additionalProperties: false })
  })

  const document = documentOf([TEXT_KEY, EVERY_TYPE])
  const check = (name: string, value: unknown): string[] => problemsOf(document, { $ref: `#/components/schemas/${name}` }, value)

  test('an answer has every field, unless fields are chosen', () => {
    expect(check('TextKeyRow', { Code: 'a', Name: null })).toEqual([])
    expect(check('TextKeyRow', { Code: 'a' })).toEqual(['/Name is missing'])
    expect(check('TextKeyFields', { Name: 'b' })).toEqual([])
  })

  test('a new row needs its key and takes no field that there is not', () => {
    expect(check('TextKeyNewRow', { Code: 'a' })).toEqual([])
    expect(check('TextKeyNewRow', { Name: 'a' })).toEqual(['/Code is missing'])
    expect(check('TextKeyNewRow', { Code: 'a', Nmae: 'b' })).toEqual(['/Nmae is not expected'])
  })

  test('a new row may leave out a key that the server makes up, whose value it says nothing of', () => {
    const table = makeTable('md_x', 'X', [
      { title: 'Key', type: 'SingleLineText', primaryKey: true, required: true, meta: { ag: 'nc' } },
      { title: 'Code', type: 'SingleLineText', unique: true },
    ])
    const document = documentOf([table])
    const problems = (kind: string, row: Json) => problemsOf(document, { $ref: `#/components/schemas/X${kind}` }, row)
    expect([problems('NewRow', {}), problems('NewRow', { Key: 'a' }), problems('Upsert', { Code: 'a' })]).toEqual([[], [], []])
    expect(JSON.stringify(document)).toContain('primary key; made up by the server where it is left out')
    expect(JSON.stringify(document)).not.toContain('rc_')
    expect(upsertColumn(table, 'Code').title).toBe('Code')
  })

  test('a change does not name the key; one in bulk must', () => {
    expect(check('TextKeyChange', { Name: null })).toEqual([])
    expect(check('TextKeyChange', { Code: 'a' })).toEqual(['/Code is not expected'])
    expect(check('TextKeyChangeByKey', { Code: 'a', Name: null })).toEqual([])
    expect(check('TextKeyChangeByKey', { Name: 'b' })).toEqual(['/Code is missing'])
    expect(check('TextKeyKey', { Code: 'a', Name: 'b' })).toEqual(['/Name is not expected'])
    expect(check('EveryTypeChangeByKey', { Id: 1, Number: 2 })).toEqual([])
  })

  test.each([
    ['a_b', 'c_', true],
    ['a___b', 'c', false],
    ['a_', 'c', false],
    ['a', 'c\n___', false],
  ])('the parts %j and %j of a composite key can be told apart in a path: %s', (one, other, taken) => {
    const table = makeTable('md_x', 'X', [
      { title: 'One', type: 'SingleLineText', primaryKey: true, required: true },
      { title: 'Other', type: 'SingleLineText', primaryKey: true, required: true },
    ])
    const row = { One: one, Other: other }
    const problems = problemsOf(documentOf([table]), { $ref: '#/components/schemas/XNewRow' }, row)
    expect(problems.length === 0).toBe(taken)
    if (taken) expect(() => readNewRow(accessTo(table), row, 0)).not.toThrow()
    else expect(() => readNewRow(accessTo(table), row, 0)).toThrow('A key of several parts')
  })

  test.each([
    ['', false],
    ['.', false],
    ['..', false],
    ['...', true],
    ['.\n', true],
    ['a.b', true],
  ])('the key %j of a new row can stand in a path: %s', (Code, taken) => {
    for (const kind of ['NewRow', 'Upsert']) expect(check(`TextKey${kind}`, { Code }).length === 0).toBe(taken)
    expect(check('TextKeyKey', { Code })).toEqual([])
  })

  test('bulk operations answer with keys by column name, as they are stored', () => {
    expect(check('TextKeyKeys', [{ column_0: 'a' }])).toEqual([])
    expect(check('TextKeyKeys', [{ Code: 'a' }])).toEqual(['/0/column_0 is missing', '/0/Code is not expected'])
  })

  test('a page has rows, and may say where the next one begins', () => {
    const pageInfo = { totalRows: 1, page: 1, pageSize: 25, isFirstPage: true, isLastPage: true }
    expect(check('TextKeyPage', { list: [{ Code: 'a' }], pageInfo })).toEqual([])
    expect(check('TextKeyPage', { list: [{ Code: 'a' }], pageInfo: { ...pageInfo, next: 'WyJh' } })).toEqual([])
    expect(check('TextKeyPage', { list: [{ Code: 1 }], pageInfo: { ...pageInfo, next: 2 } })).toEqual([
      '/list/0/Code is not string: 1',
      '/pageInfo/next is not string: 2',
    ])
  })
})

describe('upsert', () => {
  const on = (table: Table): Json | undefined => {
    const operation = operationsOf(documentOf([table])).find(({ name }) => name === 'upsertRows')
    return operation?.parameters.find(({ name }) => name === 'on')?.schema
  }
  const code = { title: 'Code', type: 'SingleLineText', unique: true } as const

  test('goes by a unique field or the automatic key', () => {
    expect(on(makeTable('md_x', 'X', [ID, code]))).toEqual({ type: 'string', enum: ['Code', 'Id'] })
    expect(on(makeTable('md_x', 'X', [ID]))).toEqual({ type: 'string', enum: ['Id'] })
  })

  test('goes by the key alone where rows bring it', () => {
    expect(on(makeTable('md_x', 'X', [{ title: 'Key', type: 'Number', primaryKey: true, required: true }, code]))).toEqual({
      type: 'string',
      enum: ['Key'],
    })
  })

  test('is not there where nothing tells rows apart', () => {
    expect([on(TWO_KEYS), on(NO_KEY)]).toEqual([undefined, undefined])
  })
})

describe('examples', () => {
  test.each(EVERYTHING.map((table) => [table.title, table] as const))(
    '%s: those of parameters are what the server reads',
    (_title, table) => {
      for (const name of ['fields', 'sort', 'where', 'filterArrJson', 'sortArrJson', 'shuffle']) {
        const parameter = parameterOf(table, name)
        const values = parameter?.examples === undefined ? [String(parameter?.example)] : valuesOf(parameter)
        expect(values[0]).toBe(name === 'shuffle' ? '0' : '')
        for (const value of values) expect(() => parseQuery(table, { [name]: [value] }, { now: 0 })).not.toThrow()
      }
    },
  )

  test.each(EVERYTHING.map((table) => [table.title, table] as const))(
    '%s: the two spellings of a filter and of a sort mean the same',
    (_title, table) => {
      const query = (name: string, value: string | undefined) => parseQuery(table, { [name]: [value ?? ''] }, { now: 0 })
      const [where, json] = ['where', 'filterArrJson'].map((name) => query(name, valuesOf(parameterOf(table, name))[1]).filter)
      expect(json).toEqual(where)
      const [sort, sortJson] = ['sort', 'sortArrJson'].map((name) => query(name, valuesOf(parameterOf(table, name))[1]).order)
      expect(sortJson).toEqual(sort)
    },
  )

  test('a filter of what changes or deletes all rows begins with a condition, where that of a list begins with every row', () => {
    for (const name of ['updateMatchingRows', 'deleteMatchingRows']) {
      const values = valuesOf(parameterOf(EVERY_TYPE, 'where', name))
      expect(values[0]).toMatch(/^\(/)
      expect(values.toSorted()).toEqual(valuesOf(parameterOf(EVERY_TYPE, 'where')).toSorted())
    }
  })

  test.each(EVERYTHING.map((table) => [table.title, table] as const))(
    '%s: those of bodies are rows that the server takes, and fit their schemas',
    (_title, table) => {
      const document = documentOf([table])
      const operations = operationsOf(document).filter(({ body }) => body !== undefined)
      for (const { id, body } of operations) {
        expect({ id, problems: problemsOf(document, body?.schema ?? {}, body?.example) }).toEqual({ id, problems: [] })
      }
      const rows = (name: string): Json[] => {
        const operation = operations.find((one) => one.name === name)
        return (operation?.body?.example ?? []) as Json[]
      }
      for (const row of [newRow(table) ?? {}, ...rows('insertRows')])
        expect(() => readNewRow(accessTo(table), row, 0)).not.toThrow()
      for (const row of rows('updateRows'))
        expect(() => readChange(accessTo(table), row, readKey(accessTo(table), row), 0)).not.toThrow()
      for (const row of rows('deleteRows')) expect(() => readKey(accessTo(table), row)).not.toThrow()
      expect(() => readChange(accessTo(table), bodyExample(table, 'updateMatchingRows') as Json, [], 0)).not.toThrow()
    },
  )

  test.each([EVERY_TYPE, TEXT_KEY, makeTable('md_x', 'X', [ID, { title: 'Code', type: 'Number', unique: true }])])(
    '$title: that of an upsert names the field that its `on` does',
    (table) => {
      const on = upsertColumn(table, String(parameterOf(table, 'on', 'upsertRows')?.example))
      const [row] = bodyExample(table, 'upsertRows') as Json[]
      expect(row).toHaveProperty([on.title])
      expect(() => readUpsert(accessTo(table), on, row ?? {}, 0)).not.toThrow()
    },
  )

  test('of a change leave out what must be unique: it may be for every row', () => {
    const columns = [ID, { title: 'Code', type: 'Number', unique: true }, { title: 'Name', type: 'SingleLineText' }] as const
    expect(bodyExample(makeTable('md_x', 'X', columns), 'updateMatchingRows')).toEqual({ Name: 'Blue pen' })
  })

  test('of a group are a select where there is one, and never a column that would hide the count', () => {
    const columns = [
      ID,
      { title: 'Name', type: 'SingleLineText' },
      { title: 'Count', type: 'Number', columnName: 'count' },
    ] as const
    const pick = { title: 'Pick', type: 'SingleSelect', options: options('a') } as const
    const group = (table: Table): Parameter | undefined => parameterOf(table, 'column_name', 'countRowsByField')
    expect(group(makeTable('md_x', 'X', columns))).toMatchObject({
      schema: { enum: ['column_0', 'column_1'] },
      example: 'column_1',
    })
    expect(group(makeTable('md_x', 'X', [...columns, pick]))).toMatchObject({ example: 'column_3' })
    expect(parameterOf(makeTable('md_x', 'X', [...columns, pick]), 'groupColumnId', 'listRowsByField')).toMatchObject({
      schema: { enum: ['cl_md_x_0', 'cl_md_x_1', 'cl_md_x_2', 'cl_md_x_3'] },
      example: 'cl_md_x_3',
    })
  })

  test.each(Object.values(EVERY_TYPE.columns).map((column) => [column.title, column.type] as const))(
    'a filter by %s has an operator and a value fit for it',
    (title, type) => {
      const table = makeTable('md_x', 'X', [{ title, type, options: options('red', 'green') }])
      const [, where = ''] = valuesOf(parameterOf(table, 'where'))
      expect(where).toMatch(/^\(\w+,\w+,.*\)$/)
      expect(() => parseQuery(table, { where: [where] }, { now: 0 })).not.toThrow()
    },
  )

  test('filters name fields by title where that works, else by id', () => {
    expect(valuesOf(parameterOf(makeTable('md_x', 'X', [{ title: 'Qty', type: 'Number' }]), 'where'))).toEqual([
      '',
      '(Qty,ge,12)',
    ])
    expect(valuesOf(parameterOf(makeTable('md_x', 'X', [{ title: 'a,b', type: 'Number' }]), 'where'))).toEqual([
      '',
      '(cl_md_x_0,ge,12)',
    ])
  })

  test.each([['a)b'], ['(a'], [' a '], ['a, b']])('an option such as "%s" breaks no filter', (option) => {
    const table = makeTable('md_x', 'X', [{ title: 'Pick', type: 'SingleSelect', options: options(option) }])
    for (const where of valuesOf(parameterOf(table, 'where')))
      expect(() => parseQuery(table, { where: [where] }, { now: 0 })).not.toThrow()
  })

  test('people filter by their own fields rather than by ids and times', () => {
    expect(valuesOf(parameterOf(makeTable('md_x', 'X', [ID, CREATED_AT, { title: 'Done', type: 'Checkbox' }]), 'where'))).toEqual(
      ['', '(Done,eq,true)', '(Done,eq,true)~and(Id,ge,1)', '(Done,eq,true)~or(Id,ge,1)'],
    )
  })

  test('of row ids name the row that the example of an insert makes', () => {
    expect(parameterOf(EVERY_TYPE, 'rowId')).toMatchObject({ schema: { type: 'integer' }, example: 1 })
    expect(parameterOf(TEXT_KEY, 'rowId')).toMatchObject({ schema: { type: 'string' }, example: 'Blue pen' })
    expect(parameterOf(TWO_KEYS, 'rowId')).toMatchObject({
      example: 'Blue pen___2026-01-31',
      description: expect.stringContaining('`___`'),
    })
    for (const table of [EVERY_TYPE, TEXT_KEY, TWO_KEYS]) {
      expect(readRowId(table, String(parameterOf(table, 'rowId')?.example))).not.toBeNull()
    }
  })

  test('of row ids are left out where a path cannot name the row: a key of JSON', () => {
    const table = makeTable('md_x', 'X', [{ title: 'Key', type: 'JSON', primaryKey: true, required: true }])
    expect(parameterOf(table, 'rowId')).not.toHaveProperty('example')
  })

  test('an insert that cannot be shown is not: a required select without options', () => {
    expect(newRow(makeTable('md_x', 'X', [ID, { title: 'Pick', type: 'SingleSelect', required: true }]))).toBeUndefined()
    expect(newRow(makeTable('md_x', 'X', [ID, { title: 'Pick', type: 'SingleSelect' }]))).toEqual({})
  })

  test('of an insert has every field that can be set, required or not', () => {
    expect(Object.keys(newRow(ALL_REQUIRED) ?? {})).toHaveLength(ALL_REQUIRED.columns.length - 1)
    expect(newRow(EVERY_TYPE)).toMatchObject({ SingleSelect: 'red', MultiSelect: 'red,green', Checkbox: true, Year: 2026 })
  })
})

describe('parameters', () => {
  test('limit says what the server does: it has a default, and brings what is outside inside', () => {
    const table = makeTable('md_x', 'X', [ID])
    const limit = (limits: typeof LIMITS): Parameter | undefined =>
      operationOf(documentOf([table], { limits }), 'listRows', 'md_x').parameters.find(({ name }) => name === 'limit')
    expect(limit(LIMITS)).toMatchObject({
      schema: { type: 'integer', default: 25 },
      example: 25,
      description: expect.stringContaining('from 1 to 1000'),
    })
    expect(limit({ default: 25, max: 10, min: 1 })).toMatchObject({ schema: { default: 10 }, example: 10 })
  })

  test('that have other names say so, and the server takes each of them', () => {
    const aliases = {
      fields: ['f', 'fields[]'],
      sort: ['s', 'sort[]'],
      where: ['w'],
      limit: ['l'],
      offset: ['o'],
      shuffle: ['r'],
    }
    const values = { fields: 'Id', sort: '-Id', where: '(Id,gt,3)', limit: '7', offset: '7', shuffle: '1' }
    const read = (name: string, value: string) => parseQuery(EVERY_TYPE, { [name]: [value] }, { now: 0, limits: LIMITS })
    for (const [name, others] of Object.entries(aliases) as [keyof typeof values, string[]][]) {
      const description = parameterOf(EVERY_TYPE, name)?.description
      for (const other of others) {
        expect(description).toContain(`\`${other}\``)
        expect(read(other, values[name])).toEqual(read(name, values[name]))
        expect(read(other, values[name])).not.toEqual(parseQuery(EVERY_TYPE, {}, { now: 0, limits: LIMITS }))
      }
    }
    expect(parameterOf(EVERY_TYPE, 'where', 'deleteMatchingRows')?.description).toContain('`w`')
  })

  test('the description of where names every operator, and none that does not exist', () => {
    const description = parameterOf(EVERY_TYPE, 'where')?.description ?? ''
    const [, operators = ''] = description.split('Operators: ')
    const named = [...(operators.split('take values')[0]?.matchAll(/`(\w+)`/g) ?? [])].map(([, name]) => name)
    expect(new Set(named)).toEqual(new Set(Object.keys(OPERATORS)))
  })
})

describe("users' text", () => {
  const MARK = 'zqx'

  test('stands nowhere that is rendered as Markdown', () => {
    const table = makeTable('md_x', `${MARK} table`, [
      { title: `${MARK} key`, type: 'SingleLineText', primaryKey: true, required: true },
      { title: `${MARK} pick`, type: 'SingleSelect', options: options(`${MARK} option`), defaultValue: `${MARK} option` },
    ])
    const rendered: string[] = []
    JSON.stringify(documentOf([table], { title: `${MARK} project` }), (name, value: unknown) => {
      if ((name === 'description' || name === 'summary') && typeof value === 'string') rendered.push(value)
      return value
    })
    expect(rendered.length).toBeGreaterThan(20)
    expect(rendered.filter((text) => text.includes(MARK))).toEqual([])
  })

  test('is in no path, component name or operation id', () => {
    const document = documentOf(HOSTILE)
    const names = [
      ...Object.keys(document.paths),
      ...Object.values(document.components).flatMap((components) => Object.keys(components)),
    ]
    expect(names.filter((name) => !/^[\w/{}-]+$/.test(name))).toEqual([])
    expect(Object.keys(document.components.schemas)).toContain('ImgSrcXOnerrorAlert1Row')
  })

  test('never becomes a prototype or a reference: such names are patterns', () => {
    const table = makeTable('md_x', 'X', [
      ID,
      ...['__proto__', 'constructor', '$ref'].map((title) => ({ title, type: 'Number' as const })),
    ])
    const document = documentOf([table])
    const { properties, patternProperties } = document.components.schemas['XFields'] ?? {}
    expect(Object.keys(properties as Json)).toEqual(['Id'])
    expect(Object.keys(patternProperties as Json)).toEqual(['^__proto__$', '^constructor$', '^\\$ref$', NO_NAME])
    const row = JSON.parse('{"__proto__": 1, "constructor": 2, "$ref": 3}')
    expect(problemsOf(document, { $ref: '#/components/schemas/XChange' }, row)).toEqual([])
    expect(problemsOf(document, { $ref: '#/components/schemas/XChange' }, JSON.parse('{"__proto__": "x"}'))).toEqual([
      '/__proto__ is not integer or null: "x"',
    ])
    expect(document.components.schemas['XRow']?.['required']).toEqual(['Id', '__proto__', 'constructor', '$ref'])
  })
})
