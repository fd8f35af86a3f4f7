/** Every worker test file starts with the real schema: the migrations that production runs, applied to its own D1. */
import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
