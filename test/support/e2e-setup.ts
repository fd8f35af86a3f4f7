/**
 * Before the end-to-end tests, which run side by side: the browser is unpacked, and one database is migrated, a copy of which
 * each server starts on. Migrating takes as long as starting does.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateLocalDatabase } from '../../scripts/setup.mjs'
import { launchBrowser } from './browser'
import { MIGRATED_STATE } from './server'

export default async function setup(): Promise<() => void> {
  await (await launchBrowser()).close()
  const state = mkdtempSync(join(tmpdir(), 'latchkey-state-'))
  await migrateLocalDatabase(state)
  process.env[MIGRATED_STATE] = state
  return () => rmSync(state, { recursive: true, force: true })
}
