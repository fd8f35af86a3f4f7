/** Random filters, sorts and pages over random rows: what D1 answers, against what plain JavaScript says. */
import { env } from 'cloudflare:workers'
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  option,
  record,
  sample,
  uniqueArray,
} from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTable } from '../../src/data/catalog/ddl'
import { hasSortKey, sortKey, sortKeyColumn } from '../../src/data/types/collation'
import type { Column, Table } from '../../src/data/types/column'
import { parseQuery } from '../../src/data/query/query'
import { accessTo } from '../../src/data/access/table-access'
import { insertRows } from '../../src/data/records/bulk-statements'
import { type RowPage, listRows } from '../../src/data/records/records'
import type { StoredRow } from '../../src/data/records/row'
import { batch } from '../../src/lib/d1'
import { type Sql, ident, join, sql } from '../../src/lib/sql'
import { type Cell, type OracleRow, compareNumbers, compareTexts, selects } from '../support/oracle'
import {
  EVERYTHING,
  PAIRS,
  type RandomFilter,
  type Round,
  conditionsOf,
  meaningOf,
  roundOf,
  writeFilter,
} from '../support/random-filters'
import { filterSql, makeTable } from '../unit/query/table'

/** `npm run test:long` asks ten times as many. */
const TIMES = env.LONG === '1' ? 10 : 1

/** ORACLE_SEED repeats a run. */
const SEED = env.ORACLE_SEED === '' ? Math.floor(Math.random() * 2 ** 31) : Number(env.ORACLE_SEED)

const FILTERS_PER_ROUND = 50
const ROUNDS = 100

function insert(table: Table, rows: readonly (readonly Cell[])[]): Sql[] {
  const names = join(
    table.columns.map(({ physicalName }) => ident(physicalName)),
    ', ',
  )
  return rows.map((cells) => sql`INSERT INTO ${ident(table.physicalName)} (${names}) VALUES (${join([...cells], ', ')})`)
}

const empty = (table: Table): Sql => sql`DELETE FROM ${ident(table.physicalName)}`

describe('filters', () => {
  beforeAll(() => batch(env.DATA, createTable(EVERYTHING, 0)))

  const cellsOf = (row: OracleRow): Cell[] => Object.values(row)

  /** The filters of a round for which D1 and the oracle differ, as text. */
  async function mismatches({ now, rows, filters }: Round): Promise<string[]> {
    const asked = filters.map((filter) => ({ filter, texts: writeFilter(filter) }))
    const queries = asked.map(({ texts }) => {
      return sql`SELECT t.c1 AS id FROM ${ident(EVERYTHING.physicalName)} AS t WHERE ${filterSql(EVERYTHING, texts, now) ?? sql`1`}`
    })
    const statements = [empty(EVERYTHING), ...insert(EVERYTHING, rows.map(cellsOf)), ...queries]
    const found = (await batch(env.DATA, statements)).slice(-queries.length)
    return asked.flatMap(({ filter, texts }, index) => {
      const ids = new Set(found[index]?.results.map(({ id }) => id))
      const wrong = rows.filter((row) => ids.has(row.ID) !== selects(meaningOf(filter), row, now))
      return wrong.length === 0 ? [] : [describeMismatch(filter, texts, wrong[0], now)]
    })
  }

  function describeMismatch(filter: RandomFilter, texts: unknown, row: OracleRow | undefined, now: number): string {
    const fields = conditionsOf(meaningOf(filter)).map(({ field }) => [field, row?.[field]])
    const wanted = row !== undefined && selects(meaningOf(filter), row, now) ? 'is' : 'is not'
    return `${JSON.stringify(texts)}: the row ${JSON.stringify(Object.fromEntries(fields))} ${wanted} to be selected, now ${now}`
  }

  test(
    `${ROUNDS * TIMES * FILTERS_PER_ROUND} filters select the rows that the oracle selects`,
    { timeout: 60_000 * TIMES },
    async () => {
      const wrong: string[] = []
      const seen = new Set<string>()
      const unseen = () => PAIRS.filter(([operator, field]) => !seen.has(`${operator} ${field}`))
      let asked = 0
      // Chance may leave out a pair of operator and type: then it gets more turns.
      for (let part = 0; part < TIMES || (unseen().length > 0 && part < TIMES + 5); part += 1) {
        for (const round of sample(roundOf(FILTERS_PER_ROUND), { numRuns: ROUNDS, seed: SEED + part })) {
          wrong.push(...(await mismatches(round)))
          asked += round.filters.length
          for (const { field, operator } of round.filters.flatMap((filter) => conditionsOf(meaningOf(filter))))
            seen.add(`${operator} ${field}`)
        }
      }
      console.log(`oracle: seed ${SEED}, ${asked} filters, ${seen.size} pairs of operator and type, ${wrong.length} mismatches`)
      // The shortest say most; fast-check's shrinking would have to ask D1 again for each step.
      expect(wrong.toSorted((one, other) => one.length - other.length).slice(0, 5)).toEqual([])
      expect(unseen()).toEqual([])
    },
  )
})

describe('sorts and pages', () => {
  const FIELDS = [
    ['Title', 'SingleLineText'],
    ['Qty', 'Number'],
    ['Price', 'Decimal'],
    ['Done', 'Checkbox'],
    ['At', 'DateTime'],
    ['Stars', 'Rating'],
    ['Tags', 'MultiSelect'],
  ] as const

  const numbered: Table = { ...makeTable([['Id', 'ID'], ...FIELDS]), id: 'md_2', physicalName: 'ut_2' }
  const coded = ((): Table => {
    const table = makeTable([['Code', 'SingleLineText'], ['Part', 'Number'], ...FIELDS])
    const isKey = ({ title }: Column): boolean => title === 'Code' || title === 'Part'
    return {
      ...table,
      id: 'md_3',
      physicalName: 'ut_3',
      columns: table.columns.map((column) => ({ ...column, primaryKey: isKey(column) })),
    }
  })()

  const collated: Table = {
    ...numbered,
    id: 'md_4',
    physicalName: 'ut_4',
    columns: numbered.columns.map((column) => ({ ...column, meta: { index: true, collate: 'unicode' } })),
  }

  beforeAll(async () => {
    await batch(env.DATA, [...createTable(numbered, 0), ...createTable(coded, 0), ...createTable(collated, 0)])
  })

  /** Few values, so that there are ties; texts whose order in UTF-16 is not that in UTF-8. */
  const TEXTS = [
    '',
    'a',
    'A',
    'b',
    'B',
    'ä',
    'Ä',
    'a\u0308',
    'ł',
    'a b',
    'ab',
    'AB',
    '_',
    '\uff5e',
    '📏',
    '10',
    '9',
    "'",
    '\ufffd',
  ]
  const cells: Readonly<Record<(typeof FIELDS)[number][0], Arbitrary<Cell>>> = {
    Title: option(constantFrom(...TEXTS), { freq: 4 }),
    Qty: option(constantFrom(-1, 0, 1, 10, 9, Number.MAX_SAFE_INTEGER), { freq: 4 }),
    Price: option(constantFrom(0.1, 0.1 + 0.2, 0.3, -2.5, 5, 1e300, 5e-324), { freq: 4 }),
    Done: option(constantFrom(0, 1), { freq: 3 }),
    At: option(constantFrom('2026-03-31 12:00:00+00:00', '2026-03-31 12:00:01+00:00', '0099-01-01 00:00:00+00:00'), { freq: 4 }),
    Stars: option(integer({ min: 0, max: 5 }), { freq: 3 }),
    Tags: option(constantFrom('', 'red', 'red,green'), { freq: 4 }),
  }

  /** As a write stores it, with its sort keys. */
  const storedRow =
    (table: Table) =>
    (row: Sorted): StoredRow =>
      new Map(
        table.columns.flatMap((column): [Column, Cell][] => {
          const value = row[column.title] ?? null
          return hasSortKey(column)
            ? [
                [column, value],
                [sortKeyColumn(column), sortKey(value)],
              ]
            : [[column, value]]
        }),
      )

  type Sorted = Readonly<Record<string, Cell>>

  const keyed = (key: Readonly<Record<string, Arbitrary<Cell>>>): Arbitrary<Sorted[]> =>
    uniqueArray(record({ ...key, ...cells }), {
      maxLength: 30,
      size: 'max',
      selector: (row: Sorted) => JSON.stringify(Object.keys(key).map((name) => row[name])),
    })

  const ROWS = {
    numbered: keyed({ Id: integer({ min: 1, max: 1000 }) }),
    coded: keyed({ Code: constantFrom(...TEXTS), Part: integer({ min: -2, max: 3 }) }),
  }

  const terms = (table: Table): Arbitrary<string[]> =>
    array(constantFrom(...table.columns.flatMap(({ title }) => [title, `-${title}`])), { maxLength: 4 })

  const CASES = [
    { name: 'an ID', table: numbered, rows: ROWS.numbered, key: ['Id'] },
    { name: 'an ID and sort keys', table: collated, rows: ROWS.numbered, key: ['Id'] },
    { name: 'a key of two columns', table: coded, rows: ROWS.coded, key: ['Code', 'Part'] },
  ]

  /** NULL before all else, numbers by value; texts by their letters, which `lettersOf` gives, and then by their bytes. */
  function compareCells(one: Cell, other: Cell, lettersOf: (text: string) => string): number {
    if (one === null || other === null) return Number(other === null) - Number(one === null)
    if (typeof one === 'number' && typeof other === 'number') return compareNumbers(one, other)
    const [left, right] = [String(one), String(other)]
    return compareTexts(lettersOf(left), lettersOf(right)) || compareTexts(left, right)
  }

  const exactly = (text: string): string => text
  const withoutCase = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  const withoutAccents = (text: string): string =>
    text.toLowerCase().normalize('NFD').replaceAll('\u0308', '').replaceAll('ł', 'l')

  function sorted(table: Table, rows: readonly Sorted[], sort: readonly string[], key: readonly string[]): Sorted[] {
    const terms = [
      ...sort.map((term) => ({ term, lettersOf: table === collated ? withoutAccents : withoutCase })),
      ...key.map((term) => ({ term, lettersOf: exactly })),
    ]
    return rows.toSorted((one, other) => {
      for (const { term, lettersOf } of terms) {
        const name = term.replace('-', '')
        const order = compareCells(one[name] ?? null, other[name] ?? null, lettersOf)
        if (order !== 0) return term.startsWith('-') ? -order : order
      }
      return 0
    })
  }

  /** All pages, one after the other; `next` says where the one after it begins. */
  async function allPages(
    first: string,
    page: (from: string) => Promise<RowPage>,
    next: (page: RowPage, from: string) => string | undefined,
  ) {
    const list: unknown[] = []
    for (let from: string | undefined = first, count = 0; from !== undefined; count += 1) {
      if (count > 100) throw new Error('the pages do not end')
      const got: RowPage = await page(from)
      list.push(...got.rows)
      from = next(got, from)
    }
    return list
  }

  test.each(CASES)(
    'of a table with $name have every row once and in order',
    { timeout: 60_000 * TIMES },
    async ({ table, rows, key }) => {
      console.log(`oracle: seed ${SEED}, sorts and pages of ${table.physicalName}`)
      const cases = record({
        rows,
        sort: terms(table),
        limit: integer({ min: 1, max: 12 }),
        allFields: constantFrom(true, false),
      })
      const property = asyncProperty(cases, async ({ rows, sort, limit, allFields }) => {
        await batch(env.DATA, [empty(table), ...insertRows(accessTo(table), rows.map(storedRow(table)), {})])
        const query = (offset: string) =>
          parseQuery(table, { sort, limit: [String(limit)], offset: [offset], fields: allFields ? [] : key }, { now: 0 })
        const keysOf = (list: readonly unknown[]) => list.map((row) => key.map((name) => (row as Sorted)[name]))
        const expected = keysOf(sorted(table, rows, sort, key))

        const byOffset = await allPages(
          '0',
          (offset) => listRows(env.DATA, accessTo(table), query(offset)),
          ({ rows: page }, offset) => (page.length < limit ? undefined : String(Number(offset) + limit)),
        )
        expect(keysOf(byOffset)).toEqual(expected)

        const byCursor = await allPages(
          '',
          (cursor) => listRows(env.DATA, accessTo(table), query('0'), cursor === '' ? {} : { cursor }),
          ({ next }) => next,
        )
        expect(keysOf(byCursor)).toEqual(expected)
      })
      await assert(property, { seed: SEED, numRuns: 100 * TIMES })
    },
  )
})
