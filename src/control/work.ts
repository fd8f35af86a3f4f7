/** What the rules of accounts, people and members need of the request that they serve. They know no HTTP; routes make this. */
import type { Context } from 'hono'
import type { Actor, ProjectContext } from '../actor'
import type { Config } from '../config'
import type { AppEnv } from '../http/app-env'
import { addressKey, clientAddress } from '../http/client-address'
import { originOf } from '../http/origin'
import { requireActor, requireProject } from './access/guard'
import { type AuditSource, auditSource } from './audit/source'

export interface Work {
  db: D1Database
  config: Config
  /** ms; when the request began. */
  now: number
  /** Of links: the configured one, or the request's own. */
  origin: string
  /** For the audit log. */
  source: AuditSource
  /** What guesses are counted by; null where nobody says it: all clients would share one count. */
  address: string | null
  /** Of the binding that counts addresses. */
  addressLimit: RateLimit
  /** The `User-Agent`. */
  userAgent: string | undefined
  mail: SendEmail | undefined
  /** What goes on after the answer. */
  waitUntil: (work: Promise<void>) => void
}

/** By somebody who has shown who they are. */
export interface ActorWork extends Work {
  actor: Actor
}

/** In a project that they are a member of. */
export interface ProjectWork extends ActorWork {
  project: ProjectContext
}

export async function workOf(c: Context<AppEnv>): Promise<Work> {
  const address = clientAddress(c)
  return {
    db: c.env.DB,
    config: c.get('config'),
    now: c.get('startedAt'),
    origin: originOf(c),
    source: await auditSource(c),
    address: address === null ? null : addressKey(address),
    addressLimit: c.env.ATTEMPTS_BY_ADDRESS,
    userAgent: c.req.header('user-agent'),
    mail: c.env.MAIL,
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  }
}

export async function actorWorkOf(c: Context<AppEnv>): Promise<ActorWork> {
  return { ...(await workOf(c)), actor: requireActor(c) }
}

export async function projectWorkOf(c: Context<AppEnv>): Promise<ProjectWork> {
  return { ...(await actorWorkOf(c)), project: requireProject(c) }
}
