/** Where an event comes from: who asks, by what credential, from what address, in which request. */
import type { Context } from 'hono'
import type { Actor } from '../../actor'
import type { Config } from '../../config'
import type { AppEnv } from '../../http/app-env'
import { addressKey, clientAddress } from '../../http/client-address'
import { hmacSha256 } from '../../lib/crypto'

export interface AuditSource {
  /** ms; the moment the request began. */
  at: number
  /** Null: nobody has shown who they are. */
  actor: Pick<Actor, 'userId' | 'email' | 'via' | 'credential'> | null
  /** As the log keeps it. */
  address: string | null
  requestId: string
}

/** Hexadecimal digits of a hashed address: enough to tell addresses apart. */
const ADDRESS_DIGITS = 16

export async function auditSource(c: Context<AppEnv>): Promise<AuditSource> {
  return {
    at: c.get('startedAt'),
    actor: c.get('actor'),
    address: await auditAddress(clientAddress(c), c.get('config')),
    requestId: c.get('requestId'),
  }
}

/** Under the secret, so that the log alone tells no address, but which events came from the same one; or as it is. */
export async function auditAddress(
  address: string | null,
  { auditAddress: kept, jwtSecrets }: Pick<Config, 'auditAddress' | 'jwtSecrets'>,
): Promise<string | null> {
  if (address === null || kept === 'plain') return address
  return (await hmacSha256(jwtSecrets[0], `audit address\n${addressKey(address)}`)).slice(0, ADDRESS_DIGITS)
}
