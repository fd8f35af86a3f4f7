/** Imports over the API as a page or a program makes them, step by step. */
import { type Answer, type RequestOptions, request, succeed } from './client'

type Json = Answer['body']

const encoder = new TextEncoder()

export interface ImportClient {
  project: string
  options: Pick<RequestOptions, 'auth' | 'token' | 'env'>
}

export function importPath({ project }: ImportClient, path = ''): string {
  return `/api/v1/db/meta/projects/${project}/imports${path}`
}

export function begin(client: ImportClient, body: object): Promise<Answer> {
  return request('POST', importPath(client), { ...client.options, body })
}

export function putPart(client: ImportClient, id: string, number: number, bytes: Uint8Array): Promise<Answer> {
  const headers = { 'content-type': 'application/octet-stream' }
  return request('PUT', importPath(client, `/${id}/parts/${number}`), { ...client.options, body: bytes, headers })
}

export function step(client: ImportClient, id: string, what: 'preview' | 'run', body: object = {}): Promise<Answer> {
  return request('POST', importPath(client, `/${id}/${what}`), { ...client.options, body })
}

/** Begins an import and sends all parts. Returns its id. */
export async function upload(client: ImportClient, csv: string | Uint8Array, more: object = {}): Promise<string> {
  const bytes = typeof csv === 'string' ? encoder.encode(csv) : csv
  const { id, parts, part_size } = (await succeed(begin(client, { name: 'file.csv', size: bytes.length, ...more }))).body
  for (let number = 0; number < parts; number++) {
    await succeed(putPart(client, id, number, bytes.slice(number * part_size, (number + 1) * part_size)))
  }
  return id
}

export async function preview(client: ImportClient, id: string, given: object = {}): Promise<Json> {
  for (let body = given; ; body = {}) {
    const answer = (await succeed(step(client, id, 'preview', body))).body
    if (answer.done) return answer.preview
  }
}

/** The last answer: a report, or the refusal. */
export async function run(client: ImportClient, id: string, choices: object = {}): Promise<Answer> {
  for (let body = choices; ; body = {}) {
    const answer = await step(client, id, 'run', body)
    if (answer.status !== 200 || answer.body.done) return answer
  }
}

/** The whole of it. */
export async function importFile(
  client: ImportClient,
  csv: string | Uint8Array,
  choices: object = {},
  more: object = {},
): Promise<Answer> {
  const id = await upload(client, csv, more)
  await preview(client, id)
  return run(client, id, choices)
}
