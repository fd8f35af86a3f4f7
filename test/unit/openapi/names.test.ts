import { assert as check, constantFrom, property, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/app'
import { controlDocument } from '../../../src/openapi/control'
import { nameTables } from '../../../src/openapi/names'
import { OPERATION_SUFFIXES } from '../../../src/api/v1/row-operations'
import { SCHEMA_SUFFIXES } from '../../../src/openapi/schemas'
import type { Json } from './conforms'
import { documentOf, operationsOf } from './document'
import { HOSTILE, ID, ORIGIN, TABLES, makeTable } from './tables'

const tablesOf = (...titles: string[]) => titles.map((title, index) => makeTable(`md_${index}`, title, [ID]))

/** The names of tables with these titles, made in this order. */
const namesOf = (...titles: string[]) =>
  nameTables(tablesOf(...titles), [...OPERATION_SUFFIXES, ...SCHEMA_SUFFIXES]).map(({ codeName }) => codeName)

describe('a table is called in code', () => {
  test.each([
    ['Books', 'Books'],
    ['order items', 'OrderItems'],
    ['order_items', 'OrderItems'],
    ['OrderItems', 'OrderItems'],
    ['ISBN list', 'IsbnList'],
    ['2026 budget', 'Table2026Budget'],
    ['Bücher', 'Buecher'],
    ['Книги', 'Knigi'],
    ['<script>alert(1)</script>', 'ScriptAlert1Script'],
    ['__proto__', 'Proto'],
    ['*/ //', 'TableMd0'],
    ['本', 'TableMd0'],
    ['🔑', 'TableMd0'],
    ['x'.repeat(255), `X${'x'.repeat(59)}`],
  ])('%s: %s', (title, name) => {
    expect(namesOf(title)).toEqual([name])
  })
})

function countComponents(...titles: string[]): number {
  return Object.values(documentOf(tablesOf(...titles)).components).flatMap((section) => Object.keys(section)).length
}

const OF_ONE_TABLE = countComponents('Alone', 'Other') - countComponents('Alone')

describe('no two results have one name', () => {
  test('the older table keeps its name, wherever it stands', () => {
    expect(namesOf('Books', 'books', 'BOOKS!')).toEqual(['Books', 'Books2', 'Books3'])
    const [old, young] = tablesOf('books', 'Books').map((table, index) => ({ ...table, createdAt: -index }))
    expect(
      nameTables(
        [old, young].flatMap((table) => table ?? []),
        ['Row'],
      ).map(({ codeName }) => codeName),
    ).toEqual(['Books2', 'Books'])
  })

  test('a title that continues another as the name of a result does', () => {
    expect(namesOf('Books', 'Books view')).toEqual(['Books', 'BooksView2'])
    expect(namesOf('Books new', 'Books')).toEqual(['BooksNew', 'Books2'])
    expect(namesOf('Books', 'Books list')).toEqual(['Books', 'BooksList'])
  })

  test('for any titles: of operations, nor of components', () => {
    const endings = ['', 's', ' view', ' view list rows', ' new', ' new row', ' change by', ' where', ' 2', '2', '!', ' 本']
    const titles = uniqueArray(
      constantFrom(...['Book', 'book', '本', '2'].flatMap((start) => endings.map((end) => start + end))),
      {
        minLength: 2,
        maxLength: 12,
      },
    )
    check(
      property(titles, (chosen) => {
        const ids = operationsOf(documentOf(tablesOf(...chosen))).map(({ id }) => id.toLowerCase())
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.filter((id) => !/^[a-z][a-z0-9]*$/.test(id))).toEqual([])
        // A name that two tables had would stand once: the second member of an object takes the place of the first.
        expect(countComponents(...chosen)).toBe(countComponents('Alone') + (chosen.length - 1) * OF_ONE_TABLE)
      }),
      { numRuns: 20 },
    )
  })
})

describe('no member of an object has a bare default', () => {
  // openapi-typescript takes such a member for one that is always there: nobody could leave it out.
  function membersWithDefault(node: unknown): string[] {
    if (typeof node !== 'object' || node === null) return []
    const own = Object.entries((node as Json)['properties'] ?? {}).flatMap(([name, member]) =>
      typeof member === 'object' && member !== null && 'default' in member ? [name] : [],
    )
    return [...own, ...Object.values(node).flatMap(membersWithDefault)]
  }

  test('in the document of a project', () => {
    expect(membersWithDefault(documentOf([...TABLES, ...HOSTILE]).components.schemas)).toEqual([])
    expect(membersWithDefault({ properties: { It: { default: 1 } } })).toEqual(['It'])
  })

  test('in the document of the fixed routes', () => {
    expect(membersWithDefault(controlDocument(createApp(), [ORIGIN]))).toEqual([])
  })
})
