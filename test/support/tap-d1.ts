/** A real D1 database with a tap on it: sees every call, and may fail it before or after it took effect. */

export interface Tap {
  /** Counts from 1. What it throws, the call throws, without having reached the database. */
  before?: (call: number) => void | Promise<void>
  /** What it throws, the call throws, although it has taken effect: an answer that got lost. */
  after?: (call: number) => void | Promise<void>
}

/** A batch is one call; preparing and binding are none. */
export function tapD1(db: D1Database, { before, after }: Tap): D1Database {
  let calls = 0
  const inner = new WeakMap<D1PreparedStatement, D1PreparedStatement>()

  async function tapped<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const number = ++calls
    await before?.(number)
    const answer = await call()
    await after?.(number)
    return answer
  }

  function wrap(statement: D1PreparedStatement): D1PreparedStatement {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      first: () => tapped(() => statement.first()),
      all: () => tapped(() => statement.all()),
      run: () => tapped(() => statement.run()),
      raw: () => tapped(() => statement.raw()),
    } as unknown as D1PreparedStatement
    inner.set(wrapped, statement)
    return wrapped
  }

  return {
    prepare: (text: string) => wrap(db.prepare(text)),
    batch: (statements: D1PreparedStatement[]) => tapped(() => db.batch(statements.map((each) => inner.get(each) ?? each))),
  } as unknown as D1Database
}
