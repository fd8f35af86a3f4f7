/** The settings of a deployment: read and checked here and nowhere else. */
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
  NC_DATABASE_SIZE?: string
  NC_PUBLIC_URL?: string
  NC_CORS_ORIGINS?: string
  NC_PASSWORD_HASH?: string
  NC_PASSWORD_BREACH_CHECK?: string
  NC_MAIL_FROM?: string
  NC_AUDIT_DAYS?: string
  NC_AUDIT_ADDRESS?: string
  DB_QUERY_LIMIT_DEFAULT?: string
  DB_QUERY_LIMIT_MAX?: string
  DB_QUERY_LIMIT_MIN?: string
  MAIL?: SendEmail
}

export type Bindings = Env & OptionalBindings

export interface Config {
  /** The first signs, all of them verify: rotation of the secret. */
  jwtSecrets: readonly [string, ...string[]]
  /** Life of an Auth Token, seconds. */
  jwtLifetime: number
  admin: { email: string; password: string } | null
  /** What the invite-only switch says until an administrator sets it. */
  inviteOnlySignup: boolean
  limits: { default: number; max: number; min: number }
  /** Largest request body, bytes. */
  bodySize: number
  /** Bytes that the data database may have: imports that would not fit are refused. */
  databaseSize: number
  /** Origins that browsers may call from; '*' is any, without credentials. */
  corsOrigins: readonly string[]
  /** Where people reach this server, for links in mails; null: the request's own origin. */
  publicUrl: string | null
  passwordHash: 'scrypt' | 'pbkdf2'
  /** Whether a service is asked if a new password has leaked somewhere. */
  checksBreaches: boolean
  mailFrom: string | null
  /** Events of the audit log that are older are forgotten. */
  auditDays: number
  /** Whether it keeps addresses as they are, or only so that the same one is known again. */
  auditAddress: 'hashed' | 'plain'
}

type SettingName = Exclude<keyof OptionalBindings, 'MAIL'> | 'NC_AUTH_JWT_SECRET'

/** Bytes: room for a bulk insert of 10,000 rows of ten columns. */
const DEFAULT_BODY_SIZE = 10 * 1024 * 1024

/** What a D1 database may have on the paid plan. */
const DEFAULT_DATABASE_SIZE = 10_000_000_000

/** A century. */
const MAX_AUDIT_DAYS = 36_500

/** Bytes of an HS256 secret (RFC 7518, 3.2). */
const MIN_SECRET_BYTES = 32
/** Secrets that stand in documentation somewhere, NocoDB's among them; whoever copied one has no secret. */
const EXAMPLE_SECRET =
  /change[-_ ]?me|example|your[-_ ]?(jwt|secret)|^569a1821-0a93-45e8-87ab-eb857f20a010$|^(.)\2*$|^(0123456789|1234567890|abcdefghij)/i

const TEXT = 'one text'
const COUNT = 'a whole number from 1'
const SECRET = `a random secret of at least ${MIN_SECRET_BYTES} bytes, and not one from an example`

/**
 * The settings of this deployment, checked. Throws ApiError MISCONFIGURED whose cause says, for the log, which settings are
 * wrong and what they should look like; never what they are. One that is empty counts as absent.
 */
export function readConfig(env: Bindings): Config {
  const problems: string[] = []
  const read = <Value>(name: SettingName, parse: (text: string) => Value | null, byDefault: Value, shape: string): Value => {
    const text = textOf(env[name])
    if (text === '') return byDefault
    const value = text === null ? null : parse(text)
    if (value === null) problems.push(`${name} must be ${shape}`)
    return value ?? byDefault
  }
  const asText = (text: string) => text

  const secret = read('NC_AUTH_JWT_SECRET', readSecret, '', SECRET)
  const previousSecret = read('NC_AUTH_JWT_SECRET_PREVIOUS', readSecret, null, `${SECRET}; or absent`)
  const adminEmail = read('NC_ADMIN_EMAIL', asText, null, TEXT)
  const adminPassword = read('NC_ADMIN_PASSWORD', asText, null, TEXT)
  const config: Config = {
    jwtSecrets: previousSecret === null ? [secret] : [secret, previousSecret],
    jwtLifetime: read('NC_JWT_EXPIRES_IN', parseDuration, 10 * 3600, 'a number with a unit, such as 10h, 90m, 7d or 1.5h'),
    admin: adminEmail === null || adminPassword === null ? null : { email: adminEmail, password: adminPassword },
    inviteOnlySignup: read('NC_INVITE_ONLY_SIGNUP', readSwitch, false, 'true or false'),
    limits: {
      default: read('DB_QUERY_LIMIT_DEFAULT', readCount, 25, COUNT),
      max: read('DB_QUERY_LIMIT_MAX', readCount, 1000, COUNT),
      min: read('DB_QUERY_LIMIT_MIN', readCount, 1, COUNT),
    },
    bodySize: read('NC_REQUEST_BODY_SIZE', readCount, DEFAULT_BODY_SIZE, 'a number of bytes'),
    databaseSize: read('NC_DATABASE_SIZE', readSize, DEFAULT_DATABASE_SIZE, 'a number of bytes'),
    corsOrigins: readCorsOrigins(env),
    publicUrl: read('NC_PUBLIC_URL', readOrigin, null, 'an origin, such as https://api.example.org'),
    passwordHash: read('NC_PASSWORD_HASH', readPasswordHash, 'scrypt', 'scrypt or pbkdf2'),
    checksBreaches: read('NC_PASSWORD_BREACH_CHECK', readSwitch, false, 'true or false'),
    mailFrom: read('NC_MAIL_FROM', asText, null, TEXT),
    auditDays: read('NC_AUDIT_DAYS', readDays, 90, 'a whole number of days from 1 to 36500'),
    auditAddress: read('NC_AUDIT_ADDRESS', readAuditAddress, 'hashed', 'hashed or plain'),
  }
  if (givenOrigins(env) === null) {
    problems.push('NC_CORS_ORIGINS must be * or origins separated by commas, such as https://app.example.org,https://example.org')
  }
  if ((env.NC_AUTH_JWT_SECRET as string | undefined) === undefined || env.NC_AUTH_JWT_SECRET === '') {
    problems.push(`NC_AUTH_JWT_SECRET is missing: it must be ${SECRET}`)
  }
  if ((adminEmail === null) !== (adminPassword === null)) {
    problems.push('NC_ADMIN_EMAIL and NC_ADMIN_PASSWORD must be set together')
  }
  if (config.limits.min > config.limits.max) problems.push('DB_QUERY_LIMIT_MIN must not be above DB_QUERY_LIMIT_MAX')
  if (env.MAIL !== undefined && config.mailFrom === null) {
    problems.push('NC_MAIL_FROM must be the sender address when a MAIL binding is configured')
  }
  // Without it a link in a mail would lead where the Host header of whoever asked for the mail says.
  if (env.MAIL !== undefined && config.publicUrl === null) {
    problems.push('NC_PUBLIC_URL must be the origin of this server when a MAIL binding is configured')
  }
  if (problems.length > 0) throw new ApiError('MISCONFIGURED', undefined, { cause: problems.join('; ') })
  return config
}

/** A value of `[vars]`, which may be any JSON, as text; '' when it is absent, null when it has no text of its own. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? value : null
}

/**
 * Of which origins pages may call. By itself, so that a page can read what a server with wrong settings answers: when this one
 * is wrong, nothing but that answer can be read by anybody.
 */
export function readCorsOrigins(env: Bindings): readonly string[] {
  return givenOrigins(env) ?? ANY_ORIGIN
}

/** As text or as a list; null when it is neither, or a list of nobody. */
function givenOrigins({ NC_CORS_ORIGINS: given }: { NC_CORS_ORIGINS?: unknown }): readonly string[] | null {
  const text = Array.isArray(given) ? given.map(String).join(',') : textOf(given)
  if (text === null || (text === '' && given !== '' && given !== undefined)) return null
  return text === '' ? ANY_ORIGIN : readOrigins(text)
}

const ANY_ORIGIN = ['*']

function readSecret(text: string): string | null {
  return new TextEncoder().encode(text).length < MIN_SECRET_BYTES || EXAMPLE_SECRET.test(text) ? null : text
}

function readCount(text: string): number | null {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null
}

function readSize(text: string): number | null {
  return /^[1-9]\d{0,13}$/.test(text) ? Number(text) : null
}

function readDays(text: string): number | null {
  const days = readCount(text)
  return days !== null && days <= MAX_AUDIT_DAYS ? days : null
}

function readAuditAddress(text: string): 'hashed' | 'plain' | null {
  return text === 'hashed' || text === 'plain' ? text : null
}

function readSwitch(text: string): boolean | null {
  if (/^(true|1|yes|on)$/i.test(text)) return true
  return /^(false|0|no|off)$/i.test(text) ? false : null
}

function readPasswordHash(text: string): 'scrypt' | 'pbkdf2' | null {
  return text === 'scrypt' || text === 'pbkdf2' ? text : null
}

function readOrigins(text: string): readonly string[] | null {
  if (text === '*') return ANY_ORIGIN
  const origins = text.split(',').map((part) => readOrigin(part.trim()))
  return origins.every((origin) => origin !== null) ? origins : null
}

function readOrigin(text: string): string | null {
  if (!URL.canParse(text) || text.includes('*')) return null
  const url = new URL(text)
  return /^https?:$/.test(url.protocol) && (text === url.origin || text === `${url.origin}/`) ? url.origin : null
}
