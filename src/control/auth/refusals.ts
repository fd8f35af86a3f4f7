/**
 * A bad token costs one indexed read; a client that keeps sending it would cost one each time. After some tries in a minute it
 * is refused unread. Only refusals that cost a read are counted, so that an expired Auth Token stays a 401 however often it is
 * shown. Per isolate, and nothing good is ever remembered: a token that is not known to be bad is always asked for.
 */
import { ApiError } from '../../errors'
import { MINUTE_MS, SECOND_MS } from '../../lib/time'

/** Tries of the same bad credentials from one address in a minute that are still looked up. */
export const REFUSALS_A_MINUTE = 10

/** Clients an isolate keeps count of; the one longest seen goes first. */
const MAX_CLIENTS = 2000

interface Refusals {
  count: number
  /** ms; when the minute is over. */
  until: number
}

const refusals = new Map<string, Refusals>()

/**
 * What `lookUp` answers about a credential, or TOO_MANY_REQUESTS without asking it when the same was refused too often.
 * `client` is short whatever was sent: an address and what the credential is stored or known by. `now` in ms.
 */
export async function lookUpUnlessRefused<Found>(
  client: string,
  now: number,
  lookUp: () => Promise<Found | ApiError>,
): Promise<Found | ApiError> {
  const known = refusals.get(client)
  if (known !== undefined && known.until > now && known.count >= REFUSALS_A_MINUTE) {
    return new ApiError('TOO_MANY_REQUESTS', 'This token was refused too often; try again in a minute.', {
      headers: { 'retry-after': String(Math.ceil((known.until - now) / SECOND_MS)) },
    })
  }
  const answer = await lookUp()
  if (answer instanceof ApiError) countRefusal(client, now)
  return answer
}

function countRefusal(client: string, now: number): void {
  const known = refusals.get(client)
  refusals.delete(client)
  refusals.set(
    client,
    known === undefined || known.until <= now ? { count: 1, until: now + MINUTE_MS } : { ...known, count: known.count + 1 },
  )
  const oldest = refusals.keys().next()
  if (refusals.size > MAX_CLIENTS && oldest.done === false) refusals.delete(oldest.value)
}
