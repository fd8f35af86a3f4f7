/** Filters and the JSON of a row say the same of each value: random rows of every type, each value looked for by what is shown. */
import { env } from 'cloudflare:workers'
import { sample } from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { createTable } from '../../src/data/catalog/ddl'
import { type Column } from '../../src/data/types/column'
import { OPERATORS, isFor } from '../../src/data/query/operators'
import { toJson } from '../../src/data/types/values'
import { batch } from '../../src/lib/d1'
import { type Sql, ident, join, sql } from '../../src/lib/sql'
import type { OracleRow } from '../support/oracle'
import { EVERYTHING, roundOf } from '../support/random-filters'
import { filterSql } from '../unit/query/table'
import { kindOf } from '../../src/data/types/column-types'

/** `npm run test:long` asks ten times as many. */
const ROUNDS = env.LONG === '1' ? 100 : 5
const SEED = env.ORACLE_SEED === '' ? Math.floor(Math.random() * 2 ** 31) : Number(env.ORACLE_SEED)

interface Question {
  column: Column
  shown: unknown
  operator: 'eq' | 'neq' | 'in' | 'like' | 'null' | 'blank'
  value: string | null
  finds: boolean
}

beforeAll(() => batch(env.DATA, createTable(EVERYTHING, 0)))

/** What a person reads, or a program has after JSON.parse(). */
function shownText(shown: unknown): string {
  return typeof shown === 'string' ? shown : JSON.stringify(shown)
}

/** A part of a text, whole letters, as a `like` asks for it. */
function partOf(text: string, place: number): string {
  const letters = text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []
  const from = place % Math.max(1, letters.length)
  const part = letters.slice(from, from + 1 + (place % 7)).join('')
  return part.replaceAll(/(\\*)%/g, String.raw`$1$1\%`)
}

/** SQLite writes numbers as small as these with other digits than JSON, where both are the same number. */
const isSubnormal = (shown: unknown): boolean => typeof shown === 'number' && shown !== 0 && Math.abs(shown) < 1e-300

function questionsOf(column: Column, shown: unknown, place: number): Question[] {
  const ask = (operator: Question['operator'], value: string | null, finds: boolean): Question => {
    return { column, shown, operator, value, finds }
  }
  const isBlank = shown === null || shown === '' || (kindOf(column) === 'json' && Array.isArray(shown) && shown.length === 0)
  const states = [ask('null', null, shown === null), ask('blank', null, isBlank)]
  if (shown === null) return states
  const text = shownText(shown)
  const equal = [
    ask('eq', text, true),
    ask('neq', text, false),
    ask('in', `"${text.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`, true),
  ]
  if (!isFor(OPERATORS.like, column) || isSubnormal(shown)) return [...states, ...equal]
  return [...states, ...equal, ask('like', partOf(text, place), true)]
}

/** Whether a filter selects the row of that id. */
function select(id: number, { column, operator, value }: Question): Sql {
  const filterArrJson = JSON.stringify([{ fk_column_id: column.id, comparison_op: operator, value }])
  const filter = filterSql(EVERYTHING, { filterArrJson }, 0) ?? sql`1`
  return sql`SELECT COUNT(*) AS found FROM ${ident(EVERYTHING.physicalName)} t WHERE t.c1 = ${id} AND ${filter}`
}

async function disagreements(rows: readonly OracleRow[]): Promise<string[]> {
  const table = ident(EVERYTHING.physicalName)
  const inserts = rows.map((row) => sql`INSERT INTO ${table} VALUES (${join([...Object.values(row), 1], ', ')})`)
  const asked = rows.flatMap((row, place) =>
    EVERYTHING.columns.flatMap((column, index) =>
      questionsOf(column, toJson(column, row[column.type]), place * 31 + index).map((question) => ({
        id: Number(row.ID),
        question,
      })),
    ),
  )
  const statements = asked.map(({ id, question }) => select(id, question))
  const found = (await batch(env.DATA, [sql`DELETE FROM ${table}`, ...inserts, ...statements])).slice(-statements.length)
  return asked.flatMap(({ question }, index) => {
    if ((found[index]?.results[0]?.['found'] === 1) === question.finds) return []
    const { column, operator, value, shown } = question
    return [`${column.type} ${JSON.stringify(shown)}: ${operator} ${JSON.stringify(value)} is to be ${question.finds}`]
  })
}

test('what the JSON of a row shows, eq, in, like, null and blank find', { timeout: 300_000 }, async () => {
  const wrong: string[] = []
  for (const { rows } of sample(roundOf(1), { numRuns: ROUNDS, seed: SEED })) wrong.push(...(await disagreements(rows)))
  expect({ seed: SEED, wrong: wrong.slice(0, 10) }).toEqual({ seed: SEED, wrong: [] })
})
