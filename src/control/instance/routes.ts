/** About this instance, for anyone: docs/contract/api-v1.md section 7. */
import { createRoute, z } from '@hono/zod-openapi'
import { unavailable } from '../../errors'
import { originOf } from '../../http/origin'
import { createRouter, errorResponses, json } from '../../http/router'
import { first } from '../../lib/d1'
import { sql } from '../../lib/sql'
import { VERSION } from '../../version'
import { hasUsers } from '../users/store'

const tags = ['Instance']

/** How long a database may take to answer the readiness check, ms. */
const READY_TIMEOUT_MS = 1000

/** When this isolate first answered; there is no process whose uptime could be told. */
let firstRequestAt: number | null = null

export const instanceRoutes = createRouter()

instanceRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/api/v1/health',
    operationId: 'app-health',
    summary: 'Is the Worker alive',
    description: 'Touches no database.',
    tags,
    security: [],
    responses: {
      200: json(z.object({ message: z.literal('OK'), timestamp: z.number(), uptime: z.number() }).openapi('Health'), 'Alive'),
      ...errorResponses('MISCONFIGURED'),
    },
  }),
  (c) => {
    firstRequestAt ??= c.get('startedAt')
    return c.json(
      { message: 'OK' as const, timestamp: c.get('startedAt'), uptime: (c.get('startedAt') - firstRequestAt) / 1000 },
      200,
    )
  },
)

instanceRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/api/v1/ready',
    operationId: 'app-ready',
    summary: 'Can the Worker serve',
    description: 'Asks both databases.',
    tags,
    security: [],
    responses: {
      200: json(z.object({ message: z.literal('OK') }).openapi('Ready'), 'Both databases answer'),
      ...errorResponses('DATABASE_UNAVAILABLE', 'MISCONFIGURED'),
    },
  }),
  async (c) => {
    await Promise.all([probe(c.env.DB, sql`SELECT 1 FROM settings LIMIT 1`), probe(c.env.DATA, sql`SELECT 1`)])
    return c.json({ message: 'OK' as const }, 200)
  },
)

instanceRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/api/v1/version',
    operationId: 'app-version',
    summary: 'The version',
    tags,
    security: [],
    responses: {
      200: json(z.object({ currentVersion: z.string(), releaseVersion: z.string() }).openapi('Version'), 'The version'),
    },
  }),
  (c) => c.json({ currentVersion: VERSION, releaseVersion: VERSION }, 200),
)

instanceRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/api/v1/db/meta/nocodb/info',
    operationId: 'app-info',
    summary: 'What clients ask before they sign in',
    tags,
    security: [],
    responses: {
      200: json(
        z
          .object({
            authType: z.literal('jwt'),
            projectHasAdmin: z.boolean(),
            firstUser: z.boolean().openapi({ description: 'Nobody has signed up yet' }),
            type: z.literal('rest'),
            env: z.string(),
            googleAuthEnabled: z.boolean(),
            githubAuthEnabled: z.boolean(),
            oneClick: z.boolean(),
            connectToExternalDB: z.boolean(),
            version: z.string(),
            defaultLimit: z.number().int(),
            timezone: z.string(),
            ncMin: z.boolean(),
            teleEnabled: z.boolean(),
            auditEnabled: z.boolean(),
            ncSiteUrl: z.string(),
            ee: z.boolean(),
            ncAttachmentFieldSize: z.number().int(),
            ncMaxAttachmentsAllowed: z.number().int(),
            isCloud: z.boolean(),
            automationLogLevel: z.literal('OFF'),
          })
          .openapi('AppInfo'),
        'About the instance',
      ),
      ...errorResponses('DATABASE_UNAVAILABLE'),
    },
  }),
  async (c) => {
    const inUse = await hasUsers(c.env.DB)
    return c.json(
      {
        authType: 'jwt' as const,
        projectHasAdmin: inUse,
        firstUser: !inUse,
        type: 'rest' as const,
        env: 'production',
        googleAuthEnabled: false,
        githubAuthEnabled: false,
        oneClick: false,
        connectToExternalDB: false,
        version: VERSION,
        // docs/contract/api-v1.md section 7: clients are told at most 100 here.
        defaultLimit: Math.min(c.get('config').limits.default, 100),
        timezone: 'UTC',
        ncMin: false,
        teleEnabled: false,
        auditEnabled: false,
        ncSiteUrl: originOf(c),
        ee: false,
        ncAttachmentFieldSize: 0,
        ncMaxAttachmentsAllowed: 0,
        isCloud: false,
        automationLogLevel: 'OFF' as const,
      },
      200,
    )
  },
)

async function probe(db: D1Database, statement: Parameters<typeof first>[1]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${READY_TIMEOUT_MS} ms`)), READY_TIMEOUT_MS)
  })
  try {
    await Promise.race([first(db, statement), timeout])
  } catch (error) {
    throw unavailable(error)
  } finally {
    clearTimeout(timer)
  }
}
