/** Requests per second and latency of one kind of request, and what one of them costs. */
import autocannon from 'autocannon'
import { cpuSeconds } from './server.mjs'

const CONNECTIONS = 8
const WARM_UP_S = 1

/**
 * @typedef {object} Case
 * @property {string} title
 * @property {'GET' | 'POST' | 'PATCH'} [method]
 * @property {string} path
 * @property {Record<string, string>} [headers]
 * @property {string} [body] JSON
 * @property {(request: any) => any} [setup] changes each request
 * @property {number} [connections]
 * @property {number} [status] the only one that may come
 * @property {Case} [beside] what others ask for all the while; how they are answered does not matter
 */

/** @typedef {{ url: string, workerd: number | null }} Server */

/** Loads the server for some seconds. Throws when anything but the wanted status comes. @param {Server} server @param {Case} one @param {number} seconds */
export async function load({ url, workerd }, one, seconds) {
  const { title, status = 200, beside } = one
  const options = optionsOf(url, one)
  const others = beside && autocannon({ ...optionsOf(url, beside), duration: WARM_UP_S + seconds + 1 })
  await autocannon({ ...options, duration: WARM_UP_S })
  const before = workerd === null ? Number.NaN : cpuSeconds(workerd)
  const { requests, latency, statusCodeStats, errors } = await autocannon({ ...options, duration: seconds })
  const cpu = workerd === null ? Number.NaN : cpuSeconds(workerd) - before
  await others
  const isUnwanted = Object.keys(statusCodeStats ?? {}).some((came) => Number(came) !== status)
  if (isUnwanted || errors > 0) throw new Error(`${title}: ${JSON.stringify(statusCodeStats)}, ${errors} errors`)
  return {
    perSecond: Math.round(requests.average),
    p50: latency.p50,
    p99: latency.p99,
    cpuMs: (cpu * 1000) / requests.total,
  }
}

/** @param {string} url @param {Case} one */
function optionsOf(url, { method = 'GET', path, headers = {}, body, setup, connections = CONNECTIONS }) {
  return {
    url: url + path,
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body,
    connections,
    ...(setup ? { requests: [{ setupRequest: setup }] } : {}),
  }
}

/** One request of a kind, for what it costs D1. @param {Server} server @param {Case} one */
export async function costOfOne({ url }, { method = 'GET', path, headers = {}, body, setup }) {
  const plain = { path, headers: { ...headers, 'content-type': 'application/json' } }
  const request = setup === undefined ? plain : setup(plain)
  const response = await fetch(url + request.path, { method, headers: request.headers, ...(body === undefined ? {} : { body }) })
  await response.arrayBuffer()
  return costOf(response.headers)
}

/** What an answer tells of its own cost; null when it tells nothing: only those who signed in are told. @param {Headers} headers */
export function costOf(headers) {
  const calls = /desc="(\d+)/.exec(headers.get('server-timing') ?? '')?.[1]
  if (calls === undefined) return null
  return {
    calls: Number(calls),
    rowsRead: Number(headers.get('x-d1-rows-read')),
    rowsWritten: Number(headers.get('x-d1-rows-written')),
  }
}
