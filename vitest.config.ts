import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Settings of the worker tests. In the environment too, where wrangler looks for it when there is no .dev.vars. */
const SECRET = 'worker-tests-only-7f3a9c51e08b4d26'
process.env.NC_AUTH_JWT_SECRET ??= SECRET

/** Files at once. On two cores both are used: a file waits for its workerd, or its server, about as much as it computes. */
const FILES_AT_ONCE = Math.max(2, availableParallelism() - 1)

/** What `npm test` runs: pure code in plain Node, features in workerd on real D1, then the whole product from outside. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          // The linters of documents take seconds, and more on a busy machine.
          testTimeout: 60_000,
          maxWorkers: FILES_AT_ONCE,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations('./migrations'),
                NC_AUTH_JWT_SECRET: SECRET,
                LONG: process.env.LONG ?? '',
                ORACLE_SEED: process.env.ORACLE_SEED ?? '',
              },
            },
          })),
        ],
        test: {
          name: 'worker',
          include: ['test/worker/**/*.test.{ts,tsx}'],
          setupFiles: ['./test/support/worker-setup.ts'],
          testTimeout: 60_000,
          maxWorkers: FILES_AT_ONCE,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['./test/support/e2e-setup.ts'],
          // Each file starts servers and perhaps a browser: two at a time, and with room for a slow machine.
          maxWorkers: 2,
          // Processes, so that a Ctrl-C reaches them and they can end the servers they started.
          pool: 'forks',
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 20_000 } },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
