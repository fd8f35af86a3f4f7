/** Plain http in the public internet: nothing is answered there, for what travels are passwords and tokens. */
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './app-env'
import { ApiError } from '../errors'
import { cameOverHttps, isPublicHost } from './origin'

/**
 * A GET is sent on to https; whatever else came has told its secrets already and is refused, so that somebody notices. A
 * deployment whose NC_PUBLIC_URL is http has chosen that.
 */
export const plainHttp = createMiddleware<AppEnv>(async (c, next) => {
  const url = new URL(c.req.url)
  const isChosen = c.get('config').publicUrl?.startsWith('http:') === true
  if (cameOverHttps(c) || isChosen || !isPublicHost(url.hostname)) return next()
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') throw new ApiError('HTTPS_REQUIRED')
  url.protocol = 'https:'
  url.port = ''
  return c.redirect(url.href, 308)
})
