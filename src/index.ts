/** The Worker: requests, and the hourly tidying. */
import { createApp } from './app'
import { deleteExpiredSessions } from './control/auth/session'
import { purge } from './data/catalog/purge'
import type { Bindings } from './env'

const app = createApp()

export default {
  fetch: app.fetch,
  async scheduled(_controller, env) {
    const [sessions, tables] = [await deleteExpiredSessions(env.DB), await purge(env)]
    console.log(JSON.stringify({ scheduled: { sessions, tables } }))
  },
} satisfies ExportedHandler<Bindings>
