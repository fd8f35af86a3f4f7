import type { D1Migration } from 'cloudflare:test'

declare global {
  namespace Cloudflare {
    /** Bindings that exist only under test: vitest.config.ts. */
    interface Env {
      TEST_MIGRATIONS: D1Migration[]
      /** `1`: the long run of oracle.test.ts. */
      LONG: string
      /** Repeats a run of oracle.test.ts; empty: a new one. */
      ORACLE_SEED: string
    }
  }
}
