/** Request bodies: how large one may be is known before any of it is read, and no more than that is ever held. */
import type { Context, MiddlewareHandler } from 'hono'
import type { AppEnv } from './app-env'
import { ApiError } from '../errors'
import { sizeText } from '../lib/text'

/** Says how many bytes the body of this request may have; what announces more is refused unread. */
export function bodySize(limitOf: (c: Context<AppEnv>) => number): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const limit = limitOf(c)
    refuseAnnounced(c, limit)
    c.set('bodyLimit', limit)
    await next()
  }
}

/** The whole body, also for who reads it after. What comes is counted: a length may be absent or understated. */
export async function readBody(c: Context<AppEnv>, limit: number): Promise<ArrayBuffer> {
  refuseAnnounced(c, limit)
  const { raw } = c.req
  const stream = raw.body as ReadableStream<Uint8Array> | null
  if (stream !== null && !raw.bodyUsed) {
    const { url, method, headers } = raw
    c.req.raw = new Request(url, { method, headers, body: await collect(stream, limit) })
  }
  return c.req.arrayBuffer()
}

function refuseAnnounced(c: Context<AppEnv>, limit: number): void {
  if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge(limit)
}

async function collect(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  // To leave the loop cancels the stream.
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}

function tooLarge(limit: number): ApiError {
  return new ApiError('PAYLOAD_TOO_LARGE', `The request body is larger than ${sizeText(limit)}.`)
}
