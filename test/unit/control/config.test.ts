import { describe, expect, test } from 'vitest'
import { type Bindings, type Config, readConfig } from '../../../src/config'
import { ApiError } from '../../../src/errors'

const SECRET = 'unit-tests-only-0f4c1d7a92e85b36'

type Settings = Partial<Record<keyof Bindings, unknown>>

const read = (settings: Settings = {}): Config => readConfig({ NC_AUTH_JWT_SECRET: SECRET, ...settings } as Bindings)

/** What the log is told. */
function problemOf(settings: Settings): string {
  try {
    read(settings)
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ code: 'MISCONFIGURED', status: 503 })
    return String((error as ApiError).cause)
  }
  return 'accepted'
}

test('a secret is all that must be set', () => {
  expect(read()).toEqual({
    jwtSecrets: [SECRET],
    jwtLifetime: 36_000,
    admin: null,
    inviteOnlySignup: false,
    limits: { default: 25, max: 1000, min: 1 },
    bodySize: 10_485_760,
    databaseSize: 10_000_000_000,
    corsOrigins: ['*'],
    publicUrl: null,
    passwordHash: 'scrypt',
    checksBreaches: false,
    mailFrom: null,
    auditDays: 90,
    auditAddress: 'hashed',
  })
})

describe('settings that are given are taken', () => {
  test.each<[Settings, Partial<Config>]>([
    [{ NC_AUTH_JWT_SECRET_PREVIOUS: 'p'.repeat(31) + 'q' }, { jwtSecrets: [SECRET, 'p'.repeat(31) + 'q'] }],
    [{ NC_JWT_EXPIRES_IN: '1.5h' }, { jwtLifetime: 5400 }],
    [
      { NC_ADMIN_EMAIL: 'a@example.org', NC_ADMIN_PASSWORD: ' pass word ' },
      { admin: { email: 'a@example.org', password: ' pass word ' } },
    ],
    [{ NC_INVITE_ONLY_SIGNUP: 'true' }, { inviteOnlySignup: true }],
    [{ NC_INVITE_ONLY_SIGNUP: '1' }, { inviteOnlySignup: true }],
    [{ NC_INVITE_ONLY_SIGNUP: 'FALSE' }, { inviteOnlySignup: false }],
    [{ NC_INVITE_ONLY_SIGNUP: '0' }, { inviteOnlySignup: false }],
    [
      { DB_QUERY_LIMIT_DEFAULT: '10', DB_QUERY_LIMIT_MAX: '20', DB_QUERY_LIMIT_MIN: '5' },
      { limits: { default: 10, max: 20, min: 5 } },
    ],
    [{ NC_REQUEST_BODY_SIZE: '2048' }, { bodySize: 2048 }],
    [{ NC_AUDIT_DAYS: '365' }, { auditDays: 365 }],
    [{ NC_AUDIT_ADDRESS: 'plain' }, { auditAddress: 'plain' }],
    [{ NC_DATABASE_SIZE: '500000000' }, { databaseSize: 500_000_000 }],
    [{ NC_CORS_ORIGINS: '*' }, { corsOrigins: ['*'] }],
    [
      { NC_CORS_ORIGINS: 'https://a.example, http://localhost:3000/' },
      { corsOrigins: ['https://a.example', 'http://localhost:3000'] },
    ],
    [{ NC_PUBLIC_URL: 'https://api.example.org/' }, { publicUrl: 'https://api.example.org' }],
    [{ NC_PASSWORD_HASH: 'pbkdf2' }, { passwordHash: 'pbkdf2' }],
    [{ NC_PASSWORD_BREACH_CHECK: 'true' }, { checksBreaches: true }],
    [
      { MAIL: {}, NC_MAIL_FROM: 'noreply@example.org', NC_PUBLIC_URL: 'https://api.example.org' },
      { mailFrom: 'noreply@example.org', publicUrl: 'https://api.example.org' },
    ],
  ])('%j', (settings, expected) => {
    expect(read(settings)).toMatchObject(expected)
  })

  test.each<[Settings, Partial<Config>]>([
    [{ NC_REQUEST_BODY_SIZE: 2048, DB_QUERY_LIMIT_MAX: 20, DB_QUERY_LIMIT_DEFAULT: 10 }, { bodySize: 2048 }],
    [
      { NC_ADMIN_EMAIL: 'a@example.org', NC_ADMIN_PASSWORD: 1234567890 },
      { admin: { email: 'a@example.org', password: '1234567890' } },
    ],
    [{ NC_INVITE_ONLY_SIGNUP: true }, { inviteOnlySignup: true }],
    [
      { NC_CORS_ORIGINS: ['https://a.example', 'https://b.example/'] },
      { corsOrigins: ['https://a.example', 'https://b.example'] },
    ],
    [{ NC_JWT_EXPIRES_IN: '60000ms' }, { jwtLifetime: 60 }],
  ])('%j, as [vars] may hold numbers, switches and lists', (settings, expected) => {
    expect(read(settings)).toMatchObject(expected)
  })

  test.each([
    'NC_AUTH_JWT_SECRET_PREVIOUS',
    'NC_JWT_EXPIRES_IN',
    'NC_ADMIN_EMAIL',
    'NC_ADMIN_PASSWORD',
    'NC_INVITE_ONLY_SIGNUP',
    'DB_QUERY_LIMIT_DEFAULT',
    'NC_CORS_ORIGINS',
    'NC_PUBLIC_URL',
    'NC_PASSWORD_HASH',
    'NC_MAIL_FROM',
  ])('%s counts as absent when it is empty', (name) => {
    expect(read({ [name]: '' })).toEqual(read())
  })
})

describe('the secret', () => {
  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['31 bytes', 'a1b2c3d4'.repeat(4).slice(1)],
    ['an example: change me', 'please-change-me-please-change-me-1'],
    ['an example: your secret', 'your-jwt-secret-goes-in-here-0001'],
    ['an example: the word', 'this-is-an-example-of-a-secret-0001'],
    ['the one of NocoDB’s own documentation', '569a1821-0a93-45e8-87ab-eb857f20a010'],
    ['one character again and again', 'x'.repeat(64)],
    ['digits in order', '0123456789'.repeat(4)],
  ])('is refused when it is %s', (_, value) => {
    expect(problemOf({ NC_AUTH_JWT_SECRET: value })).toMatch(/^NC_AUTH_JWT_SECRET .* at least 32 bytes/)
  })

  test('is measured in bytes', () => {
    expect(read({ NC_AUTH_JWT_SECRET: 'äöüß'.repeat(4) }).jwtSecrets).toEqual(['äöüß'.repeat(4)])
  })

  test('before it is held to the same', () => {
    expect(problemOf({ NC_AUTH_JWT_SECRET_PREVIOUS: 'short' })).toMatch(/^NC_AUTH_JWT_SECRET_PREVIOUS must be .* 32 bytes/)
  })
})

describe('a setting that is wrong is named, with what it should look like', () => {
  test.each<[Settings, string]>([
    [{ NC_JWT_EXPIRES_IN: '3600' }, 'NC_JWT_EXPIRES_IN must be a number with a unit, such as 10h, 90m, 7d or 1.5h'],
    [{ NC_JWT_EXPIRES_IN: 'abc' }, 'NC_JWT_EXPIRES_IN must be a number with a unit, such as 10h, 90m, 7d or 1.5h'],
    [{ NC_JWT_EXPIRES_IN: '0h' }, 'NC_JWT_EXPIRES_IN must be a number with a unit, such as 10h, 90m, 7d or 1.5h'],
    [{ NC_JWT_EXPIRES_IN: '-1h' }, 'NC_JWT_EXPIRES_IN must be a number with a unit, such as 10h, 90m, 7d or 1.5h'],
    [{ NC_ADMIN_EMAIL: 'a@example.org' }, 'NC_ADMIN_EMAIL and NC_ADMIN_PASSWORD must be set together'],
    [{ NC_ADMIN_PASSWORD: 'pass word' }, 'NC_ADMIN_EMAIL and NC_ADMIN_PASSWORD must be set together'],
    [{ NC_INVITE_ONLY_SIGNUP: 'maybe' }, 'NC_INVITE_ONLY_SIGNUP must be true or false'],
    [{ DB_QUERY_LIMIT_DEFAULT: '0' }, 'DB_QUERY_LIMIT_DEFAULT must be a whole number from 1'],
    [{ DB_QUERY_LIMIT_MAX: '1e3' }, 'DB_QUERY_LIMIT_MAX must be a whole number from 1'],
    [{ DB_QUERY_LIMIT_MIN: '-1' }, 'DB_QUERY_LIMIT_MIN must be a whole number from 1'],
    [{ DB_QUERY_LIMIT_MIN: '30', DB_QUERY_LIMIT_MAX: '20' }, 'DB_QUERY_LIMIT_MIN must not be above DB_QUERY_LIMIT_MAX'],
    [{ NC_REQUEST_BODY_SIZE: '50mb' }, 'NC_REQUEST_BODY_SIZE must be a number of bytes'],
    [{ NC_DATABASE_SIZE: '500 MB' }, 'NC_DATABASE_SIZE must be a number of bytes'],
    [{ NC_PUBLIC_URL: 'api.example.org' }, 'NC_PUBLIC_URL must be an origin, such as https://api.example.org'],
    [{ NC_PUBLIC_URL: 'https://api.example.org/path' }, 'NC_PUBLIC_URL must be an origin, such as https://api.example.org'],
    [{ NC_PUBLIC_URL: 'javascript:alert(1)' }, 'NC_PUBLIC_URL must be an origin, such as https://api.example.org'],
    [{ NC_AUDIT_DAYS: '0' }, 'NC_AUDIT_DAYS must be a whole number of days from 1 to 36500'],
    [{ NC_AUDIT_DAYS: '36501' }, 'NC_AUDIT_DAYS must be a whole number of days from 1 to 36500'],
    [{ NC_AUDIT_ADDRESS: 'none' }, 'NC_AUDIT_ADDRESS must be hashed or plain'],
    [{ NC_PASSWORD_HASH: 'bcrypt' }, 'NC_PASSWORD_HASH must be scrypt or pbkdf2'],
    [
      { MAIL: {}, NC_PUBLIC_URL: 'https://api.example.org' },
      'NC_MAIL_FROM must be the sender address when a MAIL binding is configured',
    ],
    [
      { MAIL: {}, NC_MAIL_FROM: 'noreply@example.org' },
      'NC_PUBLIC_URL must be the origin of this server when a MAIL binding is configured',
    ],
  ])('%j', (settings, problem) => {
    expect(problemOf(settings)).toBe(problem)
  })

  test.each(['example.org', 'https://a.example,', 'null', 'https://a.example/x', '*,https://a.example', 'https://*.example'])(
    'NC_CORS_ORIGINS of "%s"',
    (origins) => {
      expect(problemOf({ NC_CORS_ORIGINS: origins })).toContain('NC_CORS_ORIGINS must be * or origins')
    },
  )

  test.each(
    Object.entries({
      NC_AUTH_JWT_SECRET: 1234567890,
      NC_JWT_EXPIRES_IN: 3600,
      NC_ADMIN_EMAIL: ['a@example.org'],
      NC_ADMIN_PASSWORD: { a: 1 },
      NC_INVITE_ONLY_SIGNUP: ['true'],
      NC_REQUEST_BODY_SIZE: [1],
      NC_DATABASE_SIZE: 1.5,
      NC_PUBLIC_URL: ['https://api.example.org'],
      NC_CORS_ORIGINS: [],
      NC_PASSWORD_HASH: 1,
      NC_MAIL_FROM: [],
      DB_QUERY_LIMIT_MAX: -1,
    }),
  )('%s of %j, which [vars] may hold', (name, value) => {
    expect(problemOf({ [name]: value })).toContain(`${name} must be`)
  })

  test('all that are wrong are named at once', () => {
    const problem = problemOf({ NC_AUTH_JWT_SECRET: '', NC_JWT_EXPIRES_IN: '3600', NC_PASSWORD_HASH: 'md5' })
    expect(problem).toContain('NC_AUTH_JWT_SECRET')
    expect(problem).toContain('NC_JWT_EXPIRES_IN')
    expect(problem).toContain('NC_PASSWORD_HASH')
  })
})

test('no value of a setting gets into the log', () => {
  const values = {
    NC_AUTH_JWT_SECRET: 'tooshort-s3cr3t',
    NC_AUTH_JWT_SECRET_PREVIOUS: 'tooshort-0ld',
    NC_ADMIN_PASSWORD: 'adminsownpassword',
    NC_JWT_EXPIRES_IN: 'nonsense-1',
    NC_PASSWORD_HASH: 'nonsense-2',
  }
  const problem = problemOf(values)
  for (const value of Object.values(values)) expect(problem).not.toContain(value)
})
