/** A real D1 database with a tap on it: sees every call, and may fail it before or after it took effect. */

export interface Tap {
  /** Counts from 1. What it throws, the call throws, without having reached the database. `sql`: of all its statements. */
  before?: (call: number, sql: string) => void | Promise<void>
  /** What it throws, the call throws, although it has taken effect: an answer that got lost. */
  after?: (call: number, sql: string) => void | Promise<void>
}

/** A batch is one call; preparing and binding are none. Databases with one `counter` count their calls together. */
export function tapD1(db: D1Database, { before, after }: Tap, counter = { calls: 0 }): D1Database {
  const inner = new WeakMap<D1PreparedStatement, { statement: D1PreparedStatement; sql: string }>()

  async function tapped<Answer>(sql: string, call: () => Promise<Answer>): Promise<Answer> {
    const number = ++counter.calls
    await before?.(number, sql)
    const answer = await call()
    await after?.(number, sql)
    return answer
  }

  function wrap(statement: D1PreparedStatement, sql: string): D1PreparedStatement {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values), sql),
      first: () => tapped(sql, () => statement.first()),
      all: () => tapped(sql, () => statement.all()),
      run: () => tapped(sql, () => statement.run()),
      raw: () => tapped(sql, () => statement.raw()),
    } as unknown as D1PreparedStatement
    inner.set(wrapped, { statement, sql })
    return wrapped
  }

  return {
    prepare: (sql: string) => wrap(db.prepare(sql), sql),
    batch: (statements: D1PreparedStatement[]) => {
      const known = statements.map((each) => inner.get(each) ?? { statement: each, sql: '' })
      return tapped(known.map(({ sql }) => sql).join(';\n'), () => db.batch(known.map(({ statement }) => statement)))
    },
  } as unknown as D1Database
}
