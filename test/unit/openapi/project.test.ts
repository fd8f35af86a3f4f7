import { describe, expect, test } from 'vitest'
import type { Column, ColumnType, Table } from '../../../src/data/catalog/types'
import { OPERATORS } from '../../../src/data/query/operators'
import { parseQuery } from '../../../src/data/query/query'
import { readChange, readNewRow, readRowId } from '../../../src/data/records/row'
import { projectDocument } from '../../../src/openapi/project'
import { type Json, problemsOf, resolve } from './conforms'
import { beyond, redocly, spectral } from './lint'
import {
  ALL_REQUIRED,
  CREATED_AT,
  EVERY_TYPE,
  HOSTILE,
  HOSTILE_NAMES,
  ID,
  LIMITS,
  NO_KEY,
  ORIGIN,
  PROJECT,
  TABLES,
  TEXT_KEY,
  TWO_KEYS,
  makeTable,
  options,
} from './tables'

interface Operation {
  operationId: string
  tags: string[]
  parameters?: Parameter[]
  requestBody?: { content: { 'application/json': { schema: Json; example?: Json } } }
  responses: Record<string, Json>
}

interface Parameter {
  name: string
  description: string
  schema: Json
  example?: unknown
  examples?: Record<string, { summary: string; value: string }>
}

type Method = 'get' | 'post' | 'patch' | 'delete'
type PathItem = Partial<Record<Method, Operation>> & { parameters?: Parameter[] }

function documentOf(tables: readonly Table[], { title = PROJECT.title, limits = LIMITS } = {}) {
  return projectDocument({ project: { ...PROJECT, title }, tables, origin: ORIGIN, limits }) as Json & {
    paths: Record<string, PathItem>
    components: { schemas: Record<string, Json>; responses: Record<string, Json> }
    tags: { name: string; description: string }[]
    info: Json
  }
}

function rowsOf(table: Table): PathItem {
  return documentOf([table]).paths[`/api/v1/db/data/noco/p_1/${table.id}`] ?? {}
}

function rowOf(table: Table): PathItem {
  return documentOf([table]).paths[`/api/v1/db/data/noco/p_1/${table.id}/{rowId}`] ?? {}
}

function parameterOf(table: Table, name: string): Parameter | undefined {
  return [...(rowsOf(table).get?.parameters ?? []), ...(rowOf(table).parameters ?? [])].find(
    (parameter) => parameter.name === name,
  )
}

function valuesOf(parameter: Parameter | undefined): string[] {
  return Object.values(parameter?.examples ?? {}).map(({ value }) => value)
}

function insertExample(table: Table): Json | undefined {
  return rowsOf(table).post?.requestBody?.content['application/json'].example
}

/** The schema of one column in answers, and in requests. */
function schemasOf(column: Partial<Column> & { type: ColumnType }): { answer: Json; request: Json; added: Json } {
  const { schemas } = documentOf([makeTable('md_x', 'X', [ID, { title: 'It', ...column }])]).components
  const member = (name: string): Json => (schemas[name]?.['properties'] as Record<string, Json> | undefined)?.['It'] ?? {}
  return { answer: member('md_x-fields'), request: member('md_x-change'), added: schemas['md_x-new'] ?? {} }
}

const EVERYTHING = [...TABLES, ...HOSTILE]

describe('linters', () => {
  test('Redocly finds nothing in a document with every column type', async () => {
    // The data is the user's: it is not for us to license.
    expect(beyond(await redocly(documentOf(TABLES)), 'info-license')).toEqual([])
  })

  test('Spectral finds nothing in a document with every column type', async () => {
    expect(await spectral(documentOf(TABLES))).toEqual([])
  })

  test('hostile names are no error to Redocly, and no unsafe Markdown', async () => {
    for (const title of HOSTILE_NAMES.slice(0, 3)) {
      const findings = await redocly(documentOf(HOSTILE, { title }))
      // It does not look at patternProperties for what is required.
      expect(beyond(findings, 'info-license', 'no-required-schema-properties-undefined')).toEqual([])
    }
  })

  test('hostile names are no error to Spectral', async () => {
    const findings = await spectral(documentOf(HOSTILE, { title: HOSTILE_NAMES[0] }))
    // It takes the titles of schemas for Markdown; they are plain text, and say what the table is called.
    expect(beyond(findings, 'no-script-tags-in-markdown')).toEqual([])
    expect(findings.every(({ text }) => /\.title /.test(text))).toBe(true)
  })

  test('a project without tables has a valid document', async () => {
    expect(beyond(await redocly(documentOf([])), 'info-license')).toEqual([])
    expect(await spectral(documentOf([]))).toEqual([])
  })
})

describe('operations', () => {
  test('are those that the server has for rows, with the ids of the project and the table in their paths', () => {
    expect(Object.entries(documentOf([EVERY_TYPE]).paths).map(([path, item]) => [path, ...Object.keys(item)])).toEqual([
      ['/api/v1/db/data/noco/p_1/md_every', 'get', 'post'],
      ['/api/v1/db/data/noco/p_1/md_every/{rowId}', 'parameters', 'get', 'patch', 'delete'],
    ])
  })

  test('a table without a primary key has no operations on single rows', () => {
    expect(Object.keys(documentOf([NO_KEY]).paths)).toEqual(['/api/v1/db/data/noco/p_1/md_nokey'])
  })

  test('have ids of their own, and the title of their table as tag', () => {
    const document = documentOf(EVERYTHING)
    const operations = Object.values(document.paths).flatMap(({ get, post, patch, delete: remove }) =>
      [get, post, patch, remove].filter((one) => one !== undefined),
    )
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(EVERYTHING.length * 5 - 3)
    expect(ids.filter((id) => !/^[a-z]+-md_\w+$/.test(id))).toEqual([])
    expect(new Set(operations.flatMap(({ tags }) => tags))).toEqual(new Set(document.tags.map(({ name }) => name)))
    expect(document.tags.map(({ name }) => name)).toEqual(EVERYTHING.map(({ title }) => title))
  })

  test('document the errors that can occur, and no others', () => {
    const codes = (operation: Operation | undefined): string[] =>
      Object.entries(operation?.responses ?? {})
        .filter(([status]) => status !== '200')
        .map(([status, { $ref }]) => `${status} ${String(resolve(documentOf([EVERY_TYPE]), String($ref))['description'])}`)
    expect(codes(rowsOf(EVERY_TYPE).get)).toEqual([
      '400 `INVALID_FILTER`, `FIELD_NOT_FOUND`, `INVALID_PARAMETER`',
      '401 `AUTHENTICATION_REQUIRED`, `TOKEN_EXPIRED`, `TOKEN_REVOKED`, `TOKEN_INVALID`',
      '404 `PROJECT_NOT_FOUND`, `TABLE_NOT_FOUND`',
      '503 `DATABASE_UNAVAILABLE`, `MISCONFIGURED`',
    ])
    expect(codes(rowOf(EVERY_TYPE).patch)).toEqual([
      '400 `BAD_JSON`, `INVALID_PARAMETER`, `INVALID_REQUEST_BODY`, `FIELD_NOT_FOUND`, `INVALID_VALUE_FOR_FIELD`, `REQUIRED_FIELD_MISSING`, `DUPLICATE_VALUE`',
      '401 `AUTHENTICATION_REQUIRED`, `TOKEN_EXPIRED`, `TOKEN_REVOKED`, `TOKEN_INVALID`',
      '403 `FORBIDDEN`',
      '404 `PROJECT_NOT_FOUND`, `TABLE_NOT_FOUND`, `ROW_NOT_FOUND`',
      '413 `PAYLOAD_TOO_LARGE`',
      '415 `UNSUPPORTED_MEDIA_TYPE`',
      '503 `DATABASE_UNAVAILABLE`, `MISCONFIGURED`',
    ])
    expect(Object.keys(rowOf(EVERY_TYPE).delete?.responses ?? {})).toEqual(['200', '400', '401', '403', '404', '503'])
    expect(Object.keys(rowOf(EVERY_TYPE).get?.responses ?? {})).toEqual(['200', '400', '401', '404', '503'])
  })

  test('errors have the shape that the server answers with', () => {
    const document = documentOf([EVERY_TYPE])
    const schema = { $ref: '#/components/schemas/Error' }
    expect(problemsOf(document, schema, { error: 'NOT_FOUND', message: 'Not found', msg: 'Not found' })).toEqual([])
    expect(problemsOf(document, schema, { msg: 'Not found' })).toEqual(['/error is missing', '/message is missing'])
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
  const integer = { minimum: -9007199254740991, maximum: 9007199254740991 }
  const anything = { type: ['object', 'array', 'string', 'number', 'boolean', 'null'], items: {} }

  test.each<[ColumnType, Json, Json]>([
    ['SingleLineText', { type: ['string', 'null'] }, { type: ['string', 'null'] }],
    ['Number', { type: ['integer', 'null'], ...integer }, { type: ['integer', 'null'], ...integer }],
    ['Rating', { type: ['integer', 'null'], ...integer }, { type: ['integer', 'null'], ...integer }],
    ['Year', { type: ['integer', 'null'], minimum: 0, maximum: 9999 }, { type: ['integer', 'null'], minimum: 0, maximum: 9999 }],
    ['Decimal', { type: ['number', 'null'], format: 'double' }, { type: ['number', 'null'], format: 'double' }],
    ['Checkbox', { type: ['boolean', 'null'] }, { type: ['boolean', 'null'] }],
    ['Date', { type: ['string', 'null'], format: 'date' }, { type: ['string', 'null'], format: 'date' }],
    ['Email', { type: ['string', 'null'] }, { type: ['string', 'null'], format: 'email' }],
    ['URL', { type: ['string', 'null'] }, { type: ['string', 'null'], format: 'uri' }],
    ['JSON', anything, anything],
    ['Attachment', anything, anything],
    ['SingleSelect', { type: ['string', 'null'], enum: ['a', 'b', null] }, { type: ['string', 'null'], enum: ['a', 'b', null] }],
    [
      'MultiSelect',
      { type: ['string', 'null'] },
      { type: ['string', 'array', 'null'], items: { type: 'string', enum: ['a', 'b'] } },
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

  test('a format is promised of answers where the server checks it', () => {
    expect(schemasOf({ type: 'Email', meta: { validate: true } }).answer).toMatchObject({ format: 'email' })
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
    expect(added).toMatchObject({ properties: { It: { default: value } } })
    expect(added).not.toHaveProperty('required')
    expect(request).not.toHaveProperty('default')
  })

  test('a default that follows the clock is none to write down, but relieves an insert of the field', () => {
    const { added } = schemasOf({ type: 'DateTime', defaultValue: 'CURRENT_TIMESTAMP', required: true })
    expect(added).not.toHaveProperty('required')
    expect(added).not.toHaveProperty('properties')
  })

  test('a default that is not of the type is none: an insert must say', () => {
    expect(schemasOf({ type: 'Number', defaultValue: 'many' }).added).toMatchObject({ required: ['It'] })
  })

  test('what the server sets is read-only', () => {
    const { schemas } = documentOf([makeTable('md_x', 'X', [ID, CREATED_AT])]).components
    for (const name of ['md_x-fields', 'md_x-change']) {
      expect(schemas[name]).toMatchObject({ properties: { Id: { readOnly: true }, CreatedAt: { readOnly: true } } })
    }
    expect(schemas['md_x-new']).not.toHaveProperty('required')
  })

  test('an answer has every field, unless fields are chosen; a request has no others', () => {
    const document = documentOf([TEXT_KEY])
    const check = (name: string, value: unknown): string[] =>
      problemsOf(document, { $ref: `#/components/schemas/md_textkey-${name}` }, value)
    expect(check('row', { Code: 'a', Name: null })).toEqual([])
    expect(check('row', { Code: 'a' })).toEqual(['/Name is missing'])
    expect(check('fields', { Name: 'b' })).toEqual([])
    expect(check('new', { Code: 'a' })).toEqual([])
    expect(check('new', { Name: 'a' })).toEqual(['/Code is missing'])
    expect(check('new', { Code: 'a', Nmae: 'b' })).toEqual(['/Nmae is not expected'])
    expect(check('change', { Name: null })).toEqual([])
  })
})

describe('examples', () => {
  test.each(EVERYTHING.map((table) => [table.title, table] as const))(
    '%s: those of parameters are what the server reads',
    (_title, table) => {
      for (const name of ['fields', 'sort', 'where']) {
        const values = valuesOf(parameterOf(table, name))
        expect(values[0]).toBe('')
        expect(values.length).toBeGreaterThan(1)
        for (const value of values) expect(() => parseQuery(table, { [name]: [value] }, { now: 0 })).not.toThrow()
      }
    },
  )

  test.each(EVERYTHING.map((table) => [table.title, table] as const))(
    '%s: those of bodies are rows that the server takes',
    (_title, table) => {
      const document = documentOf([table])
      const added = insertExample(table)
      expect(added).toBeDefined()
      expect(() => readNewRow(table, added ?? {}, 0)).not.toThrow()
      expect(problemsOf(document, { $ref: `#/components/schemas/${table.id}-new` }, added)).toEqual([])
      const change = rowOf(table).patch?.requestBody?.content['application/json'].example ?? {}
      expect(() => readChange(table, change, [], 0)).not.toThrow()
      expect(problemsOf(document, { $ref: `#/components/schemas/${table.id}-change` }, change)).toEqual([])
    },
  )

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
    expect(insertExample(makeTable('md_x', 'X', [ID, { title: 'Pick', type: 'SingleSelect', required: true }]))).toBeUndefined()
    expect(insertExample(makeTable('md_x', 'X', [ID, { title: 'Pick', type: 'SingleSelect' }]))).toEqual({})
  })

  test('of an insert has every field that can be set, required or not', () => {
    expect(Object.keys(insertExample(ALL_REQUIRED) ?? {})).toHaveLength(ALL_REQUIRED.columns.length - 1)
    expect(insertExample(EVERY_TYPE)).toMatchObject({ SingleSelect: 'red', MultiSelect: 'red,green', Checkbox: true, Year: 2026 })
  })
})

describe('parameters', () => {
  test('limit says what the server does: it has a default, and brings what is outside inside', () => {
    const table = makeTable('md_x', 'X', [ID])
    const limit = (limits: typeof LIMITS): Parameter | undefined =>
      documentOf([table], { limits }).paths['/api/v1/db/data/noco/p_1/md_x']?.get?.parameters?.find(
        ({ name }) => name === 'limit',
      )
    expect(limit(LIMITS)).toMatchObject({
      schema: { type: 'integer', default: 25 },
      example: 25,
      description: expect.stringContaining('from 1 to 1000'),
    })
    expect(limit({ default: 25, max: 10, min: 1 })).toMatchObject({ schema: { default: 10 }, example: 10 })
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
      ...Object.keys(document.components.schemas),
      ...Object.keys(document.components.responses),
    ]
    expect(names.filter((name) => !/^[\w/{}-]+$/.test(name))).toEqual([])
    expect(Object.keys(document.components.schemas)).toContain('md_hostile0-row')
  })

  test('never becomes a prototype or a reference: such names are patterns', () => {
    const table = makeTable('md_x', 'X', [
      ID,
      ...['__proto__', 'constructor', '$ref'].map((title) => ({ title, type: 'Number' as const })),
    ])
    const document = JSON.parse(JSON.stringify(documentOf([table])))
    const { properties, patternProperties } = document.components.schemas['md_x-change']
    expect(Object.keys(properties)).toEqual(['Id'])
    expect(Object.keys(patternProperties)).toEqual(['^__proto__$', '^constructor$', '^\\$ref$'])
    const row = JSON.parse('{"__proto__": 1, "constructor": 2, "$ref": 3}')
    expect(problemsOf(document, { $ref: '#/components/schemas/md_x-change' }, row)).toEqual([])
    expect(problemsOf(document, { $ref: '#/components/schemas/md_x-change' }, JSON.parse('{"__proto__": "x"}'))).toEqual([
      '/__proto__ is not integer or null: "x"',
    ])
    expect(document.components.schemas['md_x-row'].required).toEqual(['Id', '__proto__', 'constructor', '$ref'])
  })
})
