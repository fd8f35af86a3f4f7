/** What a request carries from its first middleware on: Hono's own type of bindings and variables. */
import type { Actor, ProjectContext } from '../actor'
import type { Bindings, Config } from '../config'

export interface AppEnv {
  Bindings: Bindings
  Variables: {
    config: Config
    requestId: string
    /** When the request began, ms. */
    startedAt: number
    actor: Actor | null
    project: ProjectContext | null
    /** The browser's session, on pages of the dashboard. */
    sessionId: string | null
    /** Bytes that the body of this request may have. */
    bodyLimit: number
  }
}
