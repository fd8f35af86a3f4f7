/** A page for what went wrong: what, in a sentence, and the way on. */
import type { ApiError } from '../errors'
import { PlainPage } from './layout'

const TITLES: Partial<Record<ApiError['code'], string>> = {
  NOT_FOUND: 'There is no such page',
  METHOD_NOT_ALLOWED: 'There is no such page',
  CROSS_SITE_REQUEST: 'This request was refused',
  TOO_MANY_REQUESTS: 'Too many attempts',
  SERVER_BUSY: 'One moment, please',
  PAYLOAD_TOO_LARGE: 'That is too large',
  DATABASE_UNAVAILABLE: 'The database is away for a moment',
  MISCONFIGURED: 'This server is not set up yet',
}

export function ErrorPage({ error }: { error: ApiError }) {
  const title = TITLES[error.code] ?? 'That did not work'
  return (
    <PlainPage title={title}>
      <p>{error.code === 'NOT_FOUND' ? 'The address may be mistyped, or what was here has moved.' : error.message}</p>
      <p>
        <a class="button" href="/projects">
          Go to your projects
        </a>
      </p>
    </PlainPage>
  )
}
