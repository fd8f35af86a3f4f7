/** Tables as the catalog would give them: every column type, every kind of default, and names that people should not choose. */
import { type Column, type Table } from '../../../src/data/types/column'
import { COLUMN_TYPES, type ColumnType } from '../../../src/data/types/column-types'

export const LIMITS = { default: 25, max: 1000, min: 1 }
export const PROJECT = { title: 'Shop', schemaVersion: 7 }
export const ORIGIN = 'https://latchkey.test'

type Wanted = Partial<Column> & Pick<Column, 'title' | 'type'>

export function makeTable(id: string, title: string, columns: readonly Wanted[]): Table {
  return {
    id,
    projectId: 'p_1',
    title,
    tableName: id,
    physicalName: id,
    viewId: `vw_${id}`,
    order: 1,
    meta: null,
    createdAt: 0,
    updatedAt: 0,
    columns: columns.map((wanted, index) => ({
      id: `cl_${id}_${index}`,
      columnName: `column_${index}`,
      physicalName: `c${index}`,
      primaryKey: false,
      autoIncrement: false,
      auto: null,
      required: false,
      unique: false,
      displayValue: false,
      defaultValue: null,
      options: [],
      order: index,
      meta: null,
      createdAt: 0,
      updatedAt: 0,
      ...wanted,
    })),
  }
}

export const ID: Wanted = { title: 'Id', type: 'ID', primaryKey: true, autoIncrement: true }
export const CREATED_AT: Wanted = { title: 'CreatedAt', type: 'DateTime', auto: 'created_at' }

export function options(...titles: string[]) {
  return titles.map((title, index) => ({ id: `sl_${index}`, title, color: null }))
}

const TYPES = Object.keys(COLUMN_TYPES) as ColumnType[]

/** One column of each type, by the type's name. */
export const EVERY_TYPE = makeTable('md_every', 'Every type', [
  ID,
  ...TYPES.filter((type) => type !== 'ID').map((type) => ({ title: type, type, options: options('red', 'green') })),
  CREATED_AT,
])

/** The same, each required and without a default. */
export const ALL_REQUIRED = makeTable('md_required', 'All required', [
  ID,
  ...TYPES.filter((type) => type !== 'ID').map((type) => ({
    title: type,
    type,
    required: true,
    options: options('red', 'green'),
  })),
])

/** Names that mean something to Markdown, HTML, JavaScript, JSON Schema, OpenAPI or the grammar of `where`. */
export const HOSTILE_NAMES = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '**bold** `code` # heading',
  '"quoted" \'and\' \\back\\slash',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '$ref',
  '$schema',
  'type',
  'enum',
  'properties',
  'required',
  'items',
  'example',
  'default',
  'examples',
  'description',
  'title',
  'allOf',
  '-minus',
  '*',
  '~and(',
  'Last, First',
  'a)b(c',
  '{rowId}',
  '/slash?query#hash%20',
  '🔑 emoji 👩‍👩‍👧',
  'עברית \u202Eright to left\u2066',
  'مرحبا',
]

/** A table for each hostile name, with all of them as columns, and as options. */
export const HOSTILE = HOSTILE_NAMES.map((name, index) =>
  makeTable(`md_hostile${index}`, name, [
    ID,
    ...HOSTILE_NAMES.map((title) => ({ title, type: 'SingleLineText' as const })),
    { title: 'Pick', type: 'SingleSelect', options: options(...HOSTILE_NAMES) },
  ]),
)

/** Enough of them for linters, which are slow: all names in all places, each once. */
export const FEW_HOSTILE = [
  ...HOSTILE.slice(0, 1),
  ...HOSTILE_NAMES.map((name, index) => makeTable(`md_titled${index}`, `${name} `, [ID])),
]

/** The same for Spectral, whose time grows with the square of a document: every name in one title. */
export const ONE_HOSTILE = [...HOSTILE.slice(0, 1), makeTable('md_titled', HOSTILE_NAMES.join(' '), [ID])]

/** Keys that are not one number. */
export const TEXT_KEY = makeTable('md_textkey', 'Text key', [
  { title: 'Code', type: 'SingleLineText', primaryKey: true, required: true },
  { title: 'Name', type: 'SingleLineText' },
])
export const TWO_KEYS = makeTable('md_twokeys', 'Two keys', [
  { title: 'Code', type: 'SingleLineText', primaryKey: true, required: true },
  { title: 'Day', type: 'Date', primaryKey: true, required: true },
])
export const NO_KEY = makeTable('md_nokey', 'No key', [{ title: 'Name', type: 'SingleLineText' }])

export const TABLES = [EVERY_TYPE, ALL_REQUIRED, TEXT_KEY, TWO_KEYS, NO_KEY]

/** As many as the issue asks for. */
export function manyTables(tables: number, columns: number): Table[] {
  return Array.from({ length: tables }, (_table, number) =>
    makeTable(`md_${number}`, `Table ${number}`, [
      ID,
      ...Array.from({ length: columns - 1 }, (_column, index) => ({
        title: `Column ${index}`,
        type: TYPES[1 + (index % (TYPES.length - 1))] ?? 'LongText',
        options: options('red', 'green', 'blue'),
        required: index % 5 === 0,
      })),
    ]),
  )
}
