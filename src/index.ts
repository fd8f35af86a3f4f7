/** The Worker: requests, and the hourly tidying. */
import { createApp } from './app'
import { forgetOldEvents, sealEvents } from './control/audit/keep'
import { deleteOldAttempts } from './control/auth/attempts'
import { deleteExpiredSessions } from './control/auth/session'
import { deleteExpiredResets } from './control/users/resets'
import { purge } from './data/catalog/purge'
import { removeAbandonedImports } from './data/import/abandoned'
import { deleteOldAnswers } from './data/records/idempotency'
import { repairRowCounts } from './data/records/row-counts'
import { type Bindings, readConfig } from './config'

const app = createApp()

/** Each chore by itself: one that fails is tried again in an hour, and does not keep the others from their work. */
const CHORES: Readonly<Record<string, (env: Bindings) => Promise<number>>> = {
  expiredSessions: (env) => deleteExpiredSessions(env.DB),
  expiredResets: (env) => deleteExpiredResets(env.DB),
  oldAttempts: (env) => deleteOldAttempts(env.DB),
  sealedEvents: (env) => sealEvents(env.DB),
  forgottenEvents: (env) => forgetOldEvents(env.DB, readConfig(env).auditDays),
  droppedTables: (env) => purge(env),
  abandonedImports: (env) => removeAbandonedImports(env),
  forgottenAnswers: (env) => deleteOldAnswers(env.DATA),
  repairedCounts: (env) => repairRowCounts(env.DATA),
}

export default {
  fetch: app.fetch,
  async scheduled(_controller, env) {
    for (const [chore, run] of Object.entries(CHORES)) {
      try {
        console.log(JSON.stringify({ chore, done: await run(env) }))
      } catch (error) {
        console.error(JSON.stringify({ chore, cause: String(error) }))
      }
    }
  },
} satisfies ExportedHandler<Bindings>
