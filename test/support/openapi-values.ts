/** From a JSON Schema of our documents to values: those that fit it, and those that do not, one thing wrong at a time. */
import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  date,
  double,
  integer,
  jsonValue,
  oneof,
  record,
  shuffledSubarray,
  string,
  uuid,
} from 'fast-check'
import { NO_NAME } from '../../src/openapi/schemas'
import { type Json, problemsOf, resolve } from '../unit/openapi/conforms'

/** A schema with its references followed and its `allOf` merged: what a value of it may be, in one place. */
interface Flat {
  schema: Json
  properties: Map<string, Json>
  required: string[]
}

export function flatten(document: Json, schema: Json): Flat {
  if (typeof schema['$ref'] === 'string') return flatten(document, resolve(document, schema['$ref']))
  const parts = ((schema['allOf'] ?? []) as Json[]).map((part) => flatten(document, part))
  const patterns = Object.entries((schema['patternProperties'] ?? {}) as Record<string, Json>).filter(
    ([pattern]) => pattern !== NO_NAME,
  )
  const own = [
    ...Object.entries((schema['properties'] ?? {}) as Record<string, Json>),
    ...patterns.map(([pattern, member]) => [pattern.replaceAll(/^\^|\$$|\\/g, ''), member] as const),
  ]
  const properties = new Map(parts.flatMap((part) => [...part.properties]))
  for (const [name, member] of own) properties.set(name, { ...properties.get(name), ...flatten(document, member).schema })
  return {
    schema: { ...Object.assign({}, ...parts.map((part) => part.schema)), ...schema },
    properties,
    required: [...parts.flatMap(({ required }) => required), ...((schema['required'] ?? []) as string[])],
  }
}

/** Values that fit the schema. */
export function valuesOf(document: Json, schema: Json): Arbitrary<unknown> {
  return anyOf(document, schema).filter((value) => problemsOf(document, schema, value).length === 0)
}

function anyOf(document: Json, schema: Json): Arbitrary<unknown> {
  const flat = flatten(document, schema)
  const { enum: choices, type } = flat.schema
  if (Array.isArray(choices)) return constantFrom(...(choices as unknown[]))
  const types = Array.isArray(type) ? (type as string[]) : [String(type)]
  if (types.length > 3) return jsonValue({ maxDepth: 2 })
  return oneof(...types.map((name) => ofType(document, flat, name)))
}

function ofType(document: Json, flat: Flat, type: string): Arbitrary<unknown> {
  const { schema } = flat
  // Integers that a double holds, for chance never ends among more; numbers of any size.
  const bound = type === 'integer' ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE
  const [min, max] = [Number(schema['minimum'] ?? -bound), Number(schema['maximum'] ?? bound)]
  switch (type) {
    case 'null':
      return constant(null)
    case 'boolean':
      return boolean()
    case 'integer':
      return mustDiffer(schema) ? constant(null).map(nextNumber) : oneof(integer({ min: -5, max: 5 }), integer({ min, max }))
    case 'number':
      return double({ min, max, noNaN: true })
    case 'array':
      return array(valuesOf(document, schema['items'] as Json), { maxLength: 3 })
    case 'object':
      return objects(document, flat)
    default:
      return texts(schema)
  }
}

function objects(document: Json, { properties, required }: Flat): Arbitrary<unknown> {
  const members = [...properties]
  const named = record(Object.fromEntries(members.map(([, member], index) => [`m${index}`, valuesOf(document, member)])), {
    requiredKeys: members.flatMap(([name], index) => (required.includes(name) ? [`m${index}`] : [])),
  })
  // By number meanwhile: the names may be `__proto__`, which is no key of a literal.
  return named.map((values) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [members[Number(key.slice(1))]?.[0] ?? '', value])),
  )
}

let lastNumber = 2 ** 31

/** Chance likes the ends of a range, and would come back to them. Downwards, for automatic keys go upwards from the largest. */
function nextNumber(): number {
  return --lastNumber
}

/** The document says so in words: JSON Schema has none for it. */
function mustDiffer(schema: Json): boolean {
  return /; (primary key|unique)/.test(String(schema['description']))
}

const moments = date({ min: new Date('0001-01-01'), max: new Date('9999-12-30'), noInvalidDate: true })

function texts(schema: Json): Arbitrary<string> {
  const choices = (schema['items'] as Json | undefined)?.['enum']
  if (Array.isArray(choices)) return shuffledSubarray(choices.map(String)).map((chosen) => chosen.join(','))
  switch (schema['format']) {
    case 'date':
      return moments.map((moment) => moment.toISOString().slice(0, 10))
    case 'idn-email':
      return uuid().map((name) => `${name}@example.org`)
    case 'uri':
      return uuid().map((name) => `https://example.org/${name}?a=b#c`)
  }
  if (typeof schema['pattern'] === 'string' && !schema['pattern'].startsWith('^(?!')) return patterned()
  const text = string({ unit: 'grapheme', maxLength: 20 })
  return mustDiffer(schema) ? uuid().chain((name) => text.map((more) => `${name} ${more}`)) : text
}

/** For each pattern that columns have; valuesOf() leaves those of the schema at hand. */
function patterned(): Arbitrary<string> {
  const iso = moments.map((moment) => moment.toISOString())
  return oneof(
    iso,
    iso.map((text) => `${text.slice(0, 19).replace('T', ' ')}+00:00`),
    iso.map((text) => `${text.slice(0, 16)}+02:00`),
    iso.map((text) => text.slice(11, 19)),
    iso.map((text) => text.slice(11, 16)),
    constantFrom('+44 20 7946 0958', '(030) 1234-567', '00000'),
  )
}

/** Each a value of the schema but for one thing: what that is, and the value. */
export interface Spoiled {
  what: string
  value: unknown
}

/** `good`: a value that fits. */
export function spoil(document: Json, schema: Json, good: unknown): Spoiled[] {
  const flat = flatten(document, schema)
  if (flat.schema['type'] === 'array') return [...notOfType([]), ...spoilItems(document, flat, good as unknown[])]
  const { properties, required } = flat
  const object = good as Json
  return [
    ...notOfType({}),
    { what: 'an unknown member', value: { ...object, 'nobody knows this': 1 } },
    ...required.map((name) => ({
      what: `no ${name}`,
      value: Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)),
    })),
    ...[...properties].flatMap(([name, member]) => spoilMember(document, object, name, member)),
  ]
}

function notOfType(good: object): Spoiled[] {
  return [null, 7, 'text', true, Array.isArray(good) ? {} : []].map((value) => ({
    what: `a body of ${JSON.stringify(value)}`,
    value,
  }))
}

function spoilItems(document: Json, { schema }: Flat, good: unknown[]): Spoiled[] {
  const [first] = good
  if (first === undefined) return []
  const items = spoil(document, schema['items'] as Json, first)
  const twice = schema['uniqueItems'] === true ? [{ what: 'an item twice', value: [...good, first] }] : []
  return [...twice, ...items.map(({ what, value }) => ({ what: `an item with ${what}`, value: [...good.slice(1), value] }))]
}

/** What the server does not look at cannot be wrong. */
function spoilMember(document: Json, object: Json, name: string, member: Json): Spoiled[] {
  const isWrong = (value: unknown): boolean => problemsOf(document, member, value).length > 0
  const wrong = [{ an: 'object' }, [['array']], null, '\u2603', 1e20, { toString: 1 }].filter(isWrong)
  return wrong
    .filter((value) => !isTaken(member, value))
    .map((value) => ({
      what: `${name}: ${JSON.stringify(value)}`,
      value: Object.fromEntries([...Object.entries(object).filter(([key]) => key !== name), [name, value]]),
    }))
}

/**
 * Where the server is more generous than it says: it writes numbers down as text, checks formats only where that is asked for,
 * and takes no automatic key for one that is left out.
 */
function isTaken(member: Json, value: unknown): boolean {
  const types = [member['type']].flat()
  if (value === null) return /; primary key.*; set by the server/.test(String(member['description']))
  if (!types.includes('string') || types.length > 2 || member['enum'] !== undefined) return false
  return (
    typeof value === 'number' || (typeof value === 'string' && member['pattern'] === undefined && member['format'] !== 'date')
  )
}
