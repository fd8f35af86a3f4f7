/** Auth Tokens against the lines of RFC 8725 and its kin. Each attack is signed as well as its attacker could sign it. */
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signAuthToken, verifyAuthToken } from '../../../src/control/auth/auth-token'
import { fastest } from '../../support/fastest'

const SECRET = 'unit-tests-only-0f4c1d7a92e85b36'
const OTHER_SECRET = 'another-secret-9d2b7c40e1f6a853aa'
const NOW = Date.UTC(2026, 5, 1, 12)
const NOW_S = NOW / 1000
const LIFETIME = 36_000

const SUBJECT = {
  id: 'us_abcdefgh123456',
  email: 'ada@example.org',
  firstname: 'Ada',
  lastname: null,
  roles: 'org-level-creator,super',
  tokenVersion: 'v'.repeat(40),
  sessionId: 'se_abcdefgh123456',
}

const HEADER = { alg: 'HS256', typ: 'JWT' }
const CLAIMS = {
  iss: 'latchkey',
  aud: 'latchkey-api',
  sub: SUBJECT.id,
  jti: 'a-jti',
  sid: SUBJECT.sessionId,
  token_version: SUBJECT.tokenVersion,
  iat: NOW_S,
  exp: NOW_S + LIFETIME,
}

const GOOD = { ok: true, userId: SUBJECT.id, tokenVersion: SUBJECT.tokenVersion, sessionId: SUBJECT.sessionId }
const INVALID = { ok: false, reason: 'invalid' }
const EXPIRED = { ok: false, reason: 'expired' }

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const hmac = (text: string, secret = SECRET, hash = 'sha256') => createHmac(hash, secret).update(text).digest('base64url')

/** A token with exactly this header and payload (objects, or JSON text), and a right HS256 signature. */
function forge(header: unknown, payload: unknown, secret = SECRET): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${hmac(signed, secret)}`
}

const verify = (token: string, { secrets = [SECRET] as string[], lifetime = LIFETIME, now = NOW } = {}) =>
  verifyAuthToken(token, { secrets, lifetime, now })

const sign = (now = NOW, secret = SECRET) => signAuthToken(SUBJECT, { secret, lifetime: LIFETIME, now })

describe('a token as it is signed', () => {
  test('verifies, and says who it is for', async () => {
    expect(await verify(await sign())).toEqual(GOOD)
  })

  test('has the header and the claims that old clients decode', async () => {
    const [header = '', payload = ''] = (await sign()).split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      iss: 'latchkey',
      aud: 'latchkey-api',
      sub: SUBJECT.id,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sid: SUBJECT.sessionId,
      id: SUBJECT.id,
      email: 'ada@example.org',
      firstname: 'Ada',
      lastname: null,
      roles: 'org-level-creator,super',
      token_version: SUBJECT.tokenVersion,
      iat: NOW_S,
      exp: NOW_S + 36_000,
    })
  })

  test('is another each time', async () => {
    expect(await sign()).not.toBe(await sign())
  })

  test('is well below the longest that is looked at', async () => {
    const names = { firstname: 'ü'.repeat(100), lastname: 'ü'.repeat(100), email: `${'a'.repeat(64)}@${'b'.repeat(180)}.org` }
    const token = await signAuthToken({ ...SUBJECT, ...names }, { secret: SECRET, lifetime: LIFETIME, now: NOW })
    expect(token.length).toBeLessThan(2000)
    expect(await verify(token)).toEqual(GOOD)
  })

  test('as a test forges it verifies too: what is refused below is refused for its one fault', async () => {
    expect(await verify(forge(HEADER, CLAIMS))).toEqual(GOOD)
  })
})

describe('algorithms: HS256 and nothing else (RFC 8725, 3.1, 3.2)', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', ''])('alg "%s" is refused with and without a signature', async (alg) => {
    const signed = `${encode({ alg, typ: 'JWT' })}.${encode(CLAIMS)}`
    expect(await verify(`${signed}.`)).toEqual(INVALID)
    expect(await verify(signed)).toEqual(INVALID)
    expect(await verify(`${signed}.${hmac(signed)}`)).toEqual(INVALID)
  })

  test.each(['HS384', 'HS512'])('%s is refused although the secret signed it', async (alg) => {
    const signed = `${encode({ alg, typ: 'JWT' })}.${encode(CLAIMS)}`
    expect(await verify(`${signed}.${hmac(signed, SECRET, `sha${alg.slice(2)}`)}`)).toEqual(INVALID)
  })

  test.each(['hs256', 'Hs256', 'HS256 ', 'RS256', 'PS256', 'ES256', 'EdDSA', 'dir', 'A256KW', 'PBES2-HS256+A128KW'])(
    '%s is refused over an HS256 signature',
    async (alg) => {
      expect(await verify(forge({ alg, typ: 'JWT' }, CLAIMS))).toEqual(INVALID)
    },
  )

  test('a key pair of the attacker’s own is no way in', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const signed = `${encode({ alg: 'RS256', typ: 'JWT', jwk: publicKey.export({ format: 'jwk' }) })}.${encode(CLAIMS)}`
    const signature = createSign('sha256').update(signed).sign(privateKey, 'base64url')
    expect(await verify(`${signed}.${signature}`)).toEqual(INVALID)
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    expect(await verify(forge(HEADER, CLAIMS, pem))).toEqual(INVALID)
  })

  test.each([undefined, null, 1, ['HS256'], { toString: 'HS256' }])('an alg that is %j is refused', async (alg) => {
    expect(await verify(forge({ alg, typ: 'JWT' }, CLAIMS))).toEqual(INVALID)
  })
})

describe('header parameters that name keys are not looked at (RFC 8725, 3.10)', () => {
  const key = { kty: 'oct', k: Buffer.from(OTHER_SECRET).toString('base64url') }
  test.each([
    ['jwk', { jwk: key }],
    ['jku', { jku: 'https://evil.test/jwks.json' }],
    ['x5u', { x5u: 'https://evil.test/cert.pem' }],
    ['x5c', { x5c: ['MIIB'] }],
    ['kid, a path', { kid: '../../../../dev/null' }],
    ['kid, SQL', { kid: `x' UNION SELECT '${OTHER_SECRET}` }],
    ['kid, a prototype', { kid: '__proto__' }],
  ])('%s', async (_, parameters) => {
    expect(await verify(forge({ ...HEADER, ...parameters }, CLAIMS, OTHER_SECRET))).toEqual(INVALID)
    expect(await verify(forge({ ...HEADER, ...parameters }, CLAIMS, ''))).toEqual(INVALID)
  })
})

describe('header parameters that change the meaning are refused although the secret signed them', () => {
  test.each([
    ['crit with an extension nobody knows', { crit: ['x-unknown'], 'x-unknown': true }],
    ['crit that names what is absent', { crit: ['exp'] }],
    ['an empty crit', { crit: [] }],
    ['a crit that is no list', { crit: 'b64' }],
    ['b64: false', { b64: false }],
    ['b64: false with crit', { b64: false, crit: ['b64'] }],
    ['b64: true', { b64: true }],
    ['a type that is not JWT', { typ: 'at+jwt' }],
    ['the type of a refresh token', { typ: 'refresh+jwt' }],
    ['no type', { typ: undefined }],
    ['a type that is no text', { typ: ['JWT'] }],
  ])('%s', async (_, parameters) => {
    expect(await verify(forge({ ...HEADER, ...parameters }, CLAIMS))).toEqual(INVALID)
  })

  test.each(['[]', 'null', '"HS256"', '1', '{', ''])('a header that is %s', async (header) => {
    expect(await verify(forge(header, CLAIMS))).toEqual(INVALID)
  })
})

describe('one header is read, the text that we write (RFC 8725, 3.1), although the secret signed the others', () => {
  test('ours is', async () => {
    expect(await verify(forge('{"alg":"HS256","typ":"JWT"}', CLAIMS))).toMatchObject({ ok: true })
  })

  test.each([
    ['its members in another order', '{"typ":"JWT","alg":"HS256"}'],
    ['a blank', '{"alg":"HS256", "typ":"JWT"}'],
    ['a line break at its end', '{"alg":"HS256","typ":"JWT"}\n'],
    ['an escaped letter', '{"alg":"HS256","typ":"\\u004aWT"}'],
    ['a member twice', '{"alg":"HS256","typ":"JWT","typ":"JWT"}'],
    ['the type in small letters', '{"alg":"HS256","typ":"jwt"}'],
    ['the type with its prefix', '{"alg":"HS256","typ":"application/jwt"}'],
    ['a kid', '{"alg":"HS256","typ":"JWT","kid":"1"}'],
    ['a content type', '{"alg":"HS256","typ":"JWT","cty":"json"}'],
  ])('none with %s', async (_, header) => {
    expect(await verify(forge(header, CLAIMS))).toEqual(INVALID)
  })
})

describe('claims: all are required, and of their type', () => {
  test.each(['iss', 'aud', 'sub', 'jti', 'sid', 'token_version', 'iat', 'exp'])('without %s it is refused', async (claim) => {
    expect(await verify(forge(HEADER, { ...CLAIMS, [claim]: undefined }))).toEqual(INVALID)
  })

  test.each([
    ['another issuer', { iss: 'https://evil.test' }],
    ['an issuer that only begins right', { iss: 'latchkey2' }],
    ['two issuers', { iss: ['latchkey', 'x'] }],
    ['another audience', { aud: 'other' }],
    ['an empty audience', { aud: [] }],
    ['a subject that is a number', { sub: 1 }],
    ['a subject that is an object', { sub: { id: 'us_' } }],
    ['a subject that is null', { sub: null }],
    ['a session that is a list', { sid: [SUBJECT.sessionId] }],
    ['a token version that is null', { token_version: null }],
    ['a token version that is a number', { token_version: 0 }],
    ['an exp that is text', { exp: String(CLAIMS.exp) }],
    ['an exp that is null', { exp: null }],
    ['an exp with a fraction', { exp: CLAIMS.exp + 0.5 }],
    ['an iat that is text', { iat: String(CLAIMS.iat) }],
    ['an iat with a fraction', { iat: CLAIMS.iat - 0.5 }],
    ['an iat in the future', { iat: NOW_S + 31 }],
    ['an nbf in the future', { nbf: NOW_S + 31 }],
  ])('%s', async (_, claims) => {
    expect(await verify(forge(HEADER, { ...CLAIMS, ...claims }))).toEqual(INVALID)
  })

  test.each(['1e400', '9007199254740993', '-1e400'])('an exp of %s is refused', async (exp) => {
    const payload = JSON.stringify({ ...CLAIMS, exp: 0 }).replace('"exp":0', `"exp":${exp}`)
    expect((await verify(forge(HEADER, payload))).ok).toBe(false)
  })

  test.each(['[]', 'null', '"x"', '1', '{', '', '{"sub":"a"'])('a payload that is %s', async (payload) => {
    expect(await verify(forge(HEADER, payload))).toEqual(INVALID)
  })

  test('of duplicate members the last counts, for the signature and the claims alike: nobody else reads the token', async () => {
    const payload = JSON.stringify(CLAIMS).replace('"sub":', '"sub":"us_first00000000","sub":')
    expect(await verify(forge(HEADER, payload))).toEqual(GOOD)
    const header = '{"alg":"HS256","typ":"JWT","alg":"none"}'
    expect(await verify(forge(header, CLAIMS))).toEqual(INVALID)
  })
})

describe('time', () => {
  test('an expired token says so, after 30 seconds for clocks that differ', async () => {
    const token = await sign()
    expect(await verify(token, { now: (CLAIMS.exp - 1) * 1000 })).toEqual(GOOD)
    expect(await verify(token, { now: (CLAIMS.exp + 29) * 1000 })).toEqual(GOOD)
    expect(await verify(token, { now: (CLAIMS.exp + 31) * 1000 })).toEqual(EXPIRED)
  })

  test('an expired token with a bad signature is invalid, not expired', async () => {
    expect(await verify(await sign(NOW, OTHER_SECRET), { now: (CLAIMS.exp + 31) * 1000 })).toEqual(INVALID)
  })

  test('an age beyond the lifetime ends a token whatever its exp says', async () => {
    const token = forge(HEADER, { ...CLAIMS, exp: NOW_S + 10 * LIFETIME })
    expect(await verify(token, { now: NOW + LIFETIME * 1000 })).toEqual(GOOD)
    expect(await verify(token, { now: NOW + (LIFETIME + 31) * 1000 })).toEqual(EXPIRED)
  })

  test('a shorter NC_JWT_EXPIRES_IN counts for tokens signed before', async () => {
    const token = await sign()
    expect(await verify(token, { lifetime: 600, now: NOW + 500_000 })).toEqual(GOOD)
    expect(await verify(token, { lifetime: 600, now: NOW + 700_000 })).toEqual(EXPIRED)
  })
})

describe('a token has one spelling (RFC 7515, 2)', () => {
  const token = forge(HEADER, CLAIMS)
  const [header = '', payload = '', signature = ''] = token.split('.')

  test.each([
    ['padding on the signature', `${token}=`],
    ['padding on the header', `${header}=.${payload}.${signature}`],
    ['a blank before', ` ${token}`],
    ['a newline behind', `${token}\n`],
    ['a tab in the signature', `${header}.${payload}.${signature.slice(0, 9)}\t${signature.slice(9)}`],
    ['a blank in the payload', `${header}.${payload.slice(0, 4)} ${payload.slice(4)}.${signature}`],
    ['a fourth, empty part', `${token}.`],
    ['a part before', `.${token}`],
    ['a second token behind a comma', `${token}, ${token}`],
    ['"Bearer " before', `Bearer ${token}`],
  ])('%s is refused', async (_, other) => {
    expect(await verify(other)).toEqual(INVALID)
  })

  test('the unused bits of the last character must be zero', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(signature.slice(-1))
    const spellings = [1, 2, 3].map((bits) => `${header}.${payload}.${signature.slice(0, -1)}${alphabet[last + bits]}`)
    for (const spelling of spellings) {
      const bytes = Buffer.from(spelling.split('.')[2] ?? '', 'base64url')
      expect(bytes.equals(Buffer.from(signature, 'base64url'))).toBe(true)
      expect(await verify(spelling)).toEqual(INVALID)
    }
  })

  test('the alphabet is base64url, not base64', async () => {
    const payloads = Array.from({ length: 50 }, (_, index) => forge(HEADER, { ...CLAIMS, jti: `${'>'.repeat(index)}?` }))
    const dashed = payloads.find((candidate) => /[-_]/.test(candidate)) ?? ''
    expect(await verify(dashed)).toEqual(GOOD)
    expect(await verify(dashed.replaceAll('-', '+').replaceAll('_', '/'))).toEqual(INVALID)
  })

  test.each(['', '.', '..', '...', 'a', 'a.b', 'a.b.c', 'aaaaa.bbbbb.ccccc', 'é.é.é', '\0.\0.\0', '%.%.%'])(
    'what is no token at all is invalid and no error: "%s"',
    async (text) => {
      expect(await verify(text)).toEqual(INVALID)
    },
  )
})

describe('tampering', () => {
  test('every character of header, payload and signature counts', async () => {
    const token = forge(HEADER, CLAIMS)
    const accepted: string[] = []
    for (let index = 0; index < token.length; index++) {
      if (token[index] === '.') continue
      const other = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1)
      if ((await verify(other)).ok) accepted.push(other)
    }
    expect(accepted).toEqual([])
  })

  test('a signature of nothing, or cut short, is refused', async () => {
    const [header, payload, signature = ''] = forge(HEADER, CLAIMS).split('.')
    for (const cut of ['', 'AA', signature.slice(0, 40)]) expect(await verify(`${header}.${payload}.${cut}`)).toEqual(INVALID)
  })
})

describe('what asks for work gets none', () => {
  const quickly = async (token: string) => {
    expect(await fastest(50, async () => expect(await verify(token)).toEqual(INVALID))).toBeLessThan(50)
  }

  test('a token of more than 4,096 characters', async () => {
    await quickly(forge(HEADER, { ...CLAIMS, pad: 'x'.repeat(4096) }))
    await quickly('a.'.repeat(5_000_000))
    await quickly(`${'A'.repeat(10_000_000)}.A.A`)
  })

  test('a JWE of five parts, with ten million rounds of PBES2', async () => {
    const header = encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128CBC-HS256', p2s: 'AAAA', p2c: 10_000_000 })
    await quickly(`${header}.AAAA.AAAA.AAAA.AAAA`)
    await quickly(`${header}.AAAA.AAAA`)
  })

  test('a payload of a thousand levels', async () => {
    await quickly(forge(HEADER, '['.repeat(1000) + ']'.repeat(1000)))
  })
})

describe('rotation of the secret', () => {
  test('old tokens verify while the old secret is configured, and not after', async () => {
    const old = await sign(NOW, SECRET)
    expect(await verify(old, { secrets: [OTHER_SECRET, SECRET] })).toEqual(GOOD)
    expect(await verify(old, { secrets: [OTHER_SECRET] })).toEqual(INVALID)
  })

  test('new tokens are signed by the new one', async () => {
    const token = await sign(NOW, OTHER_SECRET)
    expect(await verify(token, { secrets: [OTHER_SECRET, SECRET] })).toEqual(GOOD)
    expect(await verify(token, { secrets: [SECRET] })).toEqual(INVALID)
  })

  test('an old token that has run out is expired, not invalid', async () => {
    const old = await sign(NOW, SECRET)
    expect(await verify(old, { secrets: [OTHER_SECRET, SECRET], now: (CLAIMS.exp + 31) * 1000 })).toEqual(EXPIRED)
  })
})
