/** What a request can reach: bindings, settings, and who is asking. Settings are read and checked here and nowhere else. */
import { ApiError } from './errors'
import { parseDuration } from './lib/duration'

/** Settings that may be absent; `wrangler types` knows the rest. README.md lists them for people. */
interface OptionalBindings {
  NC_AUTH_JWT_SECRET_PREVIOUS?: string
  NC_JWT_EXPIRES_IN?: string
  NC_ADMIN_EMAIL?: string
  NC_ADMIN_PASSWORD?: string
  NC_INVITE_ONLY_SIGNUP?: string
  NC_REQUEST_BODY_SIZE?: string
  NC_PUBLIC_URL?: string
  NC_CORS_ORIGINS?: string
  NC_PASSWORD_HASH?: string
  NC_MAIL_FROM?: string
  DB_QUERY_LIMIT_DEFAULT?: string
  DB_QUERY_LIMIT_MAX?: string
  DB_QUERY_LIMIT_MIN?: string
  MAIL?: SendEmail
}

export type Bindings = Env & OptionalBindings

/** Organisation roles: contract/api-v1.md 6.1. */
export type OrgRole = 'super' | 'org-level-creator' | 'org-level-viewer'

/** Project roles, most to least. */
export const PROJECT_ROLES = ['owner', 'creator', 'editor', 'commenter', 'viewer'] as const
export type ProjectRole = (typeof PROJECT_ROLES)[number]

/** Someone who proved who they are, as D1 knows them at this moment. */
export interface Actor {
  userId: string
  email: string
  firstname: string | null
  lastname: string | null
  roles: readonly OrgRole[]
  tokenVersion: string
  emailVerified: boolean
  /** What they showed: an Auth Token (JWT) or an API Token. */
  via: 'auth_token' | 'api_token'
}

/** The project named by the request's path, and what the actor is in it. */
export interface ProjectContext {
  id: string
  title: string
  /** Of the one data source a project has. */
  baseId: string
  /** What its tables' names begin with. */
  prefix: string
  /** The D1 binding its rows live in. */
  database: string
  /** Rises with every change of the project's tables; the catalog is cached under it. */
  schemaVersion: number
  role: ProjectRole
}

export interface AppEnv {
  Bindings: Bindings
  Variables: {
    config: Config
    requestId: string
    /** When the request began, ms. */
    startedAt: number
    actor: Actor | null
    project: ProjectContext | null
  }
}

export interface Config {
  jwtSecret: string
  /** Still verifies, never signs: rotation of the secret. */
  jwtSecretPrevious: string | null
  /** Life of an Auth Token, seconds. */
  jwtLifetime: number
  admin: { email: string; password: string } | null
  /** What the invite-only switch says until an administrator sets it. */
  inviteOnlySignup: boolean
  limits: { default: number; max: number; min: number }
  /** Largest request body, bytes. */
  bodySize: number
  /** Origins that browsers may call from; '*' is any, without credentials. */
  corsOrigins: readonly string[]
  /** Where people reach this server, for links in mails; null: the request's own origin. */
  publicUrl: string | null
  passwordHash: 'scrypt' | 'pbkdf2'
  mailFrom: string | null
}

/** Bytes of an HS256 secret (RFC 7518, 3.2). */
const MIN_SECRET_BYTES = 32
const DEFAULT_BODY_SIZE = 1024 * 1024
/** Secrets that stand in documentation somewhere; whoever copied one has no secret. */
const EXAMPLE_SECRET = /change[-_ ]?me|example|your[-_ ]?(jwt|secret)|^(.)\1*$|^(0123456789|1234567890|abcdefghij)/i

/**
 * The settings of this deployment, checked. Throws ApiError MISCONFIGURED whose cause says, for the log, which setting
 * is wrong, what is wrong with it and what it should look like.
 */
export function readConfig(env: Bindings): Config {
  const problems: string[] = []
  const check = <Value>(value: Value | null, problem: string, fallback: Value): Value => {
    if (value === null) problems.push(problem)
    return value ?? fallback
  }
  const config: Config = {
    jwtSecret: check(
      readSecret(env.NC_AUTH_JWT_SECRET),
      `NC_AUTH_JWT_SECRET must be a random secret of at least ${MIN_SECRET_BYTES} bytes (missing, too short, or an example)`,
      '',
    ),
    jwtSecretPrevious: isSet(env.NC_AUTH_JWT_SECRET_PREVIOUS)
      ? check(
          readSecret(env.NC_AUTH_JWT_SECRET_PREVIOUS),
          `NC_AUTH_JWT_SECRET_PREVIOUS must be a secret of at least ${MIN_SECRET_BYTES} bytes, or absent`,
          '',
        )
      : null,
    jwtLifetime: check(
      parseDuration(env.NC_JWT_EXPIRES_IN ?? '10h'),
      'NC_JWT_EXPIRES_IN must be a number with a unit, such as 10h, 90m, 7d or 1.5h',
      0,
    ),
    admin: null,
    inviteOnlySignup: check(
      readSwitch(env.NC_INVITE_ONLY_SIGNUP),
      'NC_INVITE_ONLY_SIGNUP must be true or false',
      false,
    ),
    limits: {
      default: check(readCount(env.DB_QUERY_LIMIT_DEFAULT, 25), 'DB_QUERY_LIMIT_DEFAULT must be a whole number from 1', 25),
      max: check(readCount(env.DB_QUERY_LIMIT_MAX, 1000), 'DB_QUERY_LIMIT_MAX must be a whole number from 1', 1000),
      min: check(readCount(env.DB_QUERY_LIMIT_MIN, 1), 'DB_QUERY_LIMIT_MIN must be a whole number from 1', 1),
    },
    bodySize: check(
      readCount(env.NC_REQUEST_BODY_SIZE, DEFAULT_BODY_SIZE),
      'NC_REQUEST_BODY_SIZE must be a number of bytes',
      DEFAULT_BODY_SIZE,
    ),
    corsOrigins: check(
      readOrigins(env.NC_CORS_ORIGINS),
      'NC_CORS_ORIGINS must be * or origins separated by commas, such as https://app.example.org',
      [],
    ),
    publicUrl: isSet(env.NC_PUBLIC_URL)
      ? check(readOrigin(env.NC_PUBLIC_URL), 'NC_PUBLIC_URL must be an origin such as https://api.example.org', '')
      : null,
    passwordHash: check(readPasswordHash(env.NC_PASSWORD_HASH), 'NC_PASSWORD_HASH must be scrypt or pbkdf2', 'scrypt'),
    mailFrom: isSet(env.NC_MAIL_FROM) ? env.NC_MAIL_FROM : null,
  }
  if (isSet(env.NC_ADMIN_EMAIL) && isSet(env.NC_ADMIN_PASSWORD)) {
    config.admin = { email: env.NC_ADMIN_EMAIL, password: env.NC_ADMIN_PASSWORD }
    if ([...env.NC_ADMIN_PASSWORD].length < 8) problems.push('NC_ADMIN_PASSWORD must have at least 8 characters')
    if (!env.NC_ADMIN_EMAIL.includes('@')) problems.push('NC_ADMIN_EMAIL must be an e-mail address')
  } else if (isSet(env.NC_ADMIN_EMAIL) || isSet(env.NC_ADMIN_PASSWORD)) {
    problems.push('NC_ADMIN_EMAIL and NC_ADMIN_PASSWORD must be set together')
  }
  if (config.limits.min > config.limits.max) problems.push('DB_QUERY_LIMIT_MIN must not be above DB_QUERY_LIMIT_MAX')
  if (env.MAIL !== undefined && config.mailFrom === null) {
    problems.push('NC_MAIL_FROM must be the sender address when a MAIL binding is configured')
  }
  if (problems.length > 0) throw new ApiError('MISCONFIGURED', undefined, { cause: problems.join('; ') })
  return config
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}

function readSecret(value: string | undefined): string | null {
  if (!isSet(value) || new TextEncoder().encode(value).length < MIN_SECRET_BYTES || EXAMPLE_SECRET.test(value)) return null
  return value
}

function readCount(value: string | undefined, byDefault: number): number | null {
  if (!isSet(value)) return byDefault
  return /^[1-9]\d{0,9}$/.test(value) ? Number(value) : null
}

function readSwitch(value: string | undefined): boolean | null {
  if (!isSet(value)) return false
  if (/^(true|1|yes|on)$/i.test(value)) return true
  return /^(false|0|no|off)$/i.test(value) ? false : null
}

function readPasswordHash(value: string | undefined): 'scrypt' | 'pbkdf2' | null {
  if (!isSet(value)) return 'scrypt'
  return value === 'scrypt' || value === 'pbkdf2' ? value : null
}

function readOrigins(value: string | undefined): string[] | null {
  if (!isSet(value) || value === '*') return ['*']
  const origins = value.split(',').map((part) => readOrigin(part.trim()))
  return origins.every((origin) => origin !== null) ? origins : null
}

function readOrigin(value: string): string | null {
  if (!URL.canParse(value)) return null
  const url = new URL(value)
  return /^https?:$/.test(url.protocol) && (value === url.origin || value === `${url.origin}/`) ? url.origin : null
}
