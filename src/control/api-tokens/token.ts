/** API Tokens: made once, shown once (contract/api-v1.md section 2). */
import { sha256 } from '../../lib/crypto'
import { newToken } from '../../lib/ids'

export interface NewApiToken {
  /** The only time the token exists outside its owner's hands. */
  token: string
  hash: string
  hint: string
}

export async function createApiToken(random: () => string = newToken): Promise<NewApiToken> {
  const token = random()
  return { token, hash: await sha256(token), hint: `${token.slice(0, 4)}…${token.slice(-4)}` }
}
