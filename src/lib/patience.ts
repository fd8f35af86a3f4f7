/**
 * How long a request waits for D1. A database that stalls must not hold those who ask: a reader is told within two seconds to try
 * again. Whoever changes something waits as long as D1 itself lets a query run, for an unknown outcome helps nobody.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** Milliseconds of one call, in a request that only reads. */
export const READING_MS = 1700
/** Milliseconds of any other call: D1 ends a query after 30 seconds. */
export const CHANGING_MS = 30_000

/** What was answered in time is taken, also where the isolate was too busy to notice. */
const GRACE_MS = 100

const current = new AsyncLocalStorage<number>()

/** No answer in time: a write may have taken effect, or may yet. */
export class NoAnswer extends Error {
  constructor(
    readonly isRead: boolean,
    milliseconds: number,
  ) {
    super(`no answer within ${milliseconds} ms`)
    this.name = 'NoAnswer'
  }
}

/** Calls of `run` that only read wait as long as this. */
export function withPatience<Result>(milliseconds: number, run: () => Promise<Result>): Promise<Result> {
  return current.run(milliseconds, run)
}

export interface Call {
  isRead: boolean
  /** Milliseconds that take the place of the request's. */
  patience?: number | undefined
}

/** Throws NoAnswer when the time is over. */
export async function inTime<Answer>({ isRead, patience }: Call, ask: () => Promise<Answer>): Promise<Answer> {
  const milliseconds = isRead ? (patience ?? current.getStore() ?? CHANGING_MS) : CHANGING_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const end = () => reject(new NoAnswer(isRead, milliseconds))
    timer = setTimeout(() => void (timer = setTimeout(end, GRACE_MS)), milliseconds)
  })
  try {
    return await Promise.race([ask(), late])
  } finally {
    clearTimeout(timer)
  }
}
