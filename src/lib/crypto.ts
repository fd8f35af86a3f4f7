/** Hashing of secrets that are random to begin with; passwords have control/auth/password.ts. */

const encoder = new TextEncoder()

/**
 * SHA-256 of a secret of at least 112 bits of entropy, in lower-case hex: what the database stores and is asked for
 * (a fast hash is enough for such secrets: OWASP ASVS 5.0, 6.5.2). Looking up by hash leaves nothing to compare in time.
 */
export async function sha256(secret: string): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', encoder.encode(secret)))
}

/** HMAC-SHA-256 in lower-case hex: a fingerprint that says nothing to someone who has the database but not the key. */
export async function hmacSha256(key: string, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', encoder.encode(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return hex(await crypto.subtle.sign('HMAC', imported, encoder.encode(text)))
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
