/** What a request shows of who is asking. Headers only: never a query parameter, a cookie or a body (RFC 6750, 2.3). */
import { TOKEN_LENGTH } from '../../lib/ids'

export interface Credentials {
  /** The `xc-auth` header. */
  authToken: string | null
  /** The `xc-token` header, else the token of `Authorization: Bearer`. */
  apiToken: string | null
  /** Something was shown that is neither, e.g. `Authorization: Basic`. */
  unreadable: string | null
}

export function readCredentials(headers: Headers): Credentials {
  const authorization = headers.get('authorization')
  const bearer = /^bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1] ?? null
  return {
    authToken: nonEmpty(headers.get('xc-auth')),
    apiToken: nonEmpty(headers.get('xc-token')) ?? bearer,
    unreadable: authorization !== null && bearer === null ? 'The Authorization header must be `Bearer` and an API Token.' : null,
  }
}

function nonEmpty(value: string | null): string | null {
  return value === null || value.trim() === '' ? null : value.trim()
}

const API_TOKEN = new RegExp(`^[\\w-]{${TOKEN_LENGTH}}$`)

/**
 * Whether text has the shape of an API token, which refresh tokens have too; what has not is refused without asking the
 * database.
 */
export function isApiTokenShaped(text: string): boolean {
  return API_TOKEN.test(text)
}
