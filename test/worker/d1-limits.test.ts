/** The limits of D1 that src/lib/sql.ts names: each works at the limit and fails beyond it, or the constant is wrong. */
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { rows } from '../../src/lib/d1'
import { D1_LIMITS, type Sql, all, any, ident, sql } from '../../src/lib/sql'

const times = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index))

const run = (text: string, ...values: unknown[]) =>
  env.DATA.prepare(text)
    .bind(...values)
    .all()

/** What each limit counts, as a statement of that size, and what D1 says to one more. */
const ENFORCED: Record<
  Exclude<keyof typeof D1_LIMITS, 'rowBytes'>,
  { ask: (size: number) => Promise<unknown>; refusal: RegExp }
> = {
  parameters: {
    ask: (size) => run(`SELECT 1 WHERE 1 IN (${times(size, () => '?').join()})`, ...times(size, () => 1)),
    refusal: /too many SQL variables|variable number must be between/,
  },
  expressionDepth: {
    // A chain of n terms is n deep: the first term is a level itself.
    ask: (size) => run(`SELECT 1 WHERE ${times(size, () => '1').join(' AND ')}`),
    refusal: /Expression tree is too large \(maximum depth 100\)/,
  },
  likePatternBytes: {
    ask: (size) => run('SELECT 1 WHERE ? LIKE ?', 'x', 'x'.repeat(size)),
    refusal: /LIKE or GLOB pattern too complex/,
  },
  compoundSelectTerms: {
    ask: (size) => run(times(size, () => 'SELECT 1').join(' UNION ALL ')),
    refusal: /too many terms in compound SELECT/,
  },
  columns: {
    ask: (size) => run(`SELECT ${times(size, (index) => `1 AS c${index}`).join(', ')}`),
    refusal: /too many columns in result set/,
  },
  statementBytes: {
    ask: (size) => run('SELECT 1 --'.padEnd(size, 'x')),
    refusal: /statement too long|string or blob too big|SQLITE_TOOBIG/,
  },
}

describe.each(Object.entries(ENFORCED))('%s', (name, { ask, refusal }) => {
  const limit = D1_LIMITS[name as keyof typeof ENFORCED]

  test(`${limit} work`, async () => {
    await expect(ask(limit)).resolves.toBeDefined()
  })

  test('one more is refused', async () => {
    await expect(ask(limit + 1)).rejects.toThrow(refusal)
  })
})

test('every limit that is named is tried here, but for the one that only production enforces', () => {
  expect(Object.keys(D1_LIMITS).toSorted()).toEqual([...Object.keys(ENFORCED), 'rowBytes'].toSorted())
})

test('likePatternBytes counts bytes, not characters', async () => {
  const { ask } = ENFORCED.likePatternBytes
  await expect(ask(D1_LIMITS.likePatternBytes)).resolves.toBeDefined()
  await expect(run('SELECT 1 WHERE ? LIKE ?', 'x', 'ä'.repeat(26))).rejects.toThrow(/too complex/)
})

test('columns counts those of a table too', async () => {
  const table = (size: number) => run(`CREATE TABLE wide${size} (${times(size, (index) => `c${index}`).join(', ')})`)
  await expect(table(D1_LIMITS.columns)).resolves.toBeDefined()
  await expect(table(D1_LIMITS.columns + 1)).rejects.toThrow(/too many columns on wide101/)
})

describe('the ways round', () => {
  const terms = (count: number) => times(count, () => sql`1`)
  const holds = async (condition: Sql) => (await rows(env.DATA, sql`SELECT 1 AS one WHERE ${condition}`)).length === 1

  test('all() and any() hold a thousand terms', async () => {
    expect(await holds(all(terms(1000)))).toBe(true)
    expect(await holds(all([...terms(999), sql`0`]))).toBe(false)
    expect(await holds(any([...times(999, () => sql`0`), sql`1`]))).toBe(true)
    expect(await holds(any(times(1000, () => sql`0`)))).toBe(false)
  })

  test('one JSON parameter holds five thousand values', async () => {
    const list = JSON.stringify(times(5000, (index) => index))
    expect(await holds(sql`4999 IN (SELECT value FROM json_each(${list}))`)).toBe(true)
    expect(await holds(sql`5000 IN (SELECT value FROM json_each(${list}))`)).toBe(false)
  })

  test('instr() finds more than a LIKE pattern could hold', async () => {
    const long = 'x'.repeat(10_000)
    expect(await holds(sql`instr(lower(${`${long}y`}), lower(${'X'.repeat(9000)}))`)).toBe(true)
  })

  test('an unknown column behind its table is an error, where a bare one would be text', async () => {
    await run('CREATE TABLE known (a)')
    await run('INSERT INTO known VALUES (1)')
    expect((await rows(env.DATA, sql`SELECT a FROM known WHERE ${ident('nosuch')} = 'nosuch'`)).length).toBe(1)
    await expect(rows(env.DATA, sql`SELECT a FROM known t WHERE t."nosuch" = 'nosuch'`)).rejects.toThrow(/no such column/)
  })
})
