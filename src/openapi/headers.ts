/** The headers of answers that say more than the body: components, which both documents share. */

type Described = Readonly<Record<string, unknown>>

const COUNT = { type: 'integer', minimum: 0 }

/** `required`: sent whenever an operation that has it succeeds. */
const HEADERS = {
  'xc-db-response': always('Seconds that the database took', { type: 'string', pattern: String.raw`^\d+\.\d{3}$` }),
  'server-timing': always('Milliseconds that the database took, and how many calls it was', { type: 'string' }),
  'x-d1-rows-read': always('Rows that the database read, which is what it bills', COUNT),
  'x-d1-rows-written': always('Rows that the database wrote, which is what it bills', COUNT),
  etag: always('The version of the row, for `If-Match`', { type: 'string', pattern: String.raw`^"v\d+"$` }),
  'content-disposition': always('A name for the file', { type: 'string' }),
  'nc-export-offset': always('Where a next part would begin: -1, for the file is whole', { type: 'integer', enum: [-1] }),
  'idempotency-replayed': {
    description:
      'Sent where the `Idempotency-Key` was used before: this is the answer of the first time, and nothing was written',
    schema: { type: 'string', enum: ['true'] },
  },
}

export type HeaderName = keyof typeof HEADERS

function always(description: string, schema: Described): Described {
  return { description, required: true, schema }
}

/** What every answer to somebody who has signed in says of its cost. */
export const COST: readonly HeaderName[] = ['xc-db-response', 'server-timing', 'x-d1-rows-read', 'x-d1-rows-written']

export function sharedHeaders(): Record<string, object> {
  return HEADERS
}

export function headerRefs(...names: readonly HeaderName[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
