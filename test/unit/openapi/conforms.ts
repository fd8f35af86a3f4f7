/** The part of JSON Schema that our documents use: what of a value does not fit its schema. */
export type Json = Record<string, unknown>

const FORMATS: Record<string, RegExp> = {
  date: /^\d{4}-\d\d-\d\d$/,
  'idn-email': /^[^\s@]+@[^\s@]+$/,
  uri: /^[a-z][a-z\d+.-]*:\S+$/i,
}
const KNOWN = new Set(
  [
    '$ref',
    'type',
    'enum',
    'format',
    'pattern',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'maxItems',
    'uniqueItems',
    'properties',
    'patternProperties',
  ].concat([
    'additionalProperties',
    'unevaluatedProperties',
    'required',
    'items',
    'allOf',
    'anyOf',
    'title',
    'description',
    'default',
    'examples',
    'example',
  ]),
)

/** Empty when the value conforms. A keyword that this reader does not know is a problem too: nothing passes unchecked. */
export function problemsOf(document: Json, schema: Json, value: unknown, at = ''): string[] {
  const say = (problem: string): string[] => [`${at || '/'} ${problem}: ${JSON.stringify(value)}`]
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword))
  if (unknown.length > 0) return say(`has unknown keywords ${unknown.join(', ')}`)
  if (typeof schema['$ref'] === 'string') return problemsOf(document, resolve(document, schema['$ref']), value, at)
  const found: string[] = asList(schema['allOf']).flatMap((part) => problemsOf(document, part as Json, value, at))
  const choices = asList(schema['anyOf']).map((part) => problemsOf(document, part as Json, value, at))
  if (choices.length > 0 && choices.every((problems) => problems.length > 0)) found.push(...say('fits none of anyOf'))
  const types = typeof schema['type'] === 'string' ? [schema['type']] : asList(schema['type'])
  if (types.length > 0 && !types.some((type) => isOfType(value, String(type)))) return say(`is not ${types.join(' or ')}`)
  if (schema['enum'] !== undefined && !asList(schema['enum']).includes(value)) found.push(...say('is not in the enum'))
  if (typeof value === 'string') {
    if (typeof schema['pattern'] === 'string' && !new RegExp(schema['pattern'], 'u').test(value))
      found.push(...say('is not of the pattern'))
    const format = FORMATS[String(schema['format'])]
    if (format !== undefined && !format.test(value)) found.push(...say(`is no ${String(schema['format'])}`))
    if (value.length < Number(schema['minLength'] ?? 0)) found.push(...say('is too short'))
    if (value.length > Number(schema['maxLength'] ?? Infinity)) found.push(...say('is too long'))
  }
  if (typeof value === 'number') {
    if (value < Number(schema['minimum'] ?? -Infinity) || value > Number(schema['maximum'] ?? Infinity))
      found.push(...say('is out of range'))
  }
  if (Array.isArray(value)) {
    const items = schema['items'] as Json | undefined
    if (value.length > Number(schema['maxItems'] ?? Infinity)) found.push(...say('has too many items'))
    const distinct = new Set(value.map((item) => JSON.stringify(item)))
    if (schema['uniqueItems'] === true && distinct.size < value.length) found.push(...say('has an item twice'))
    if (items !== undefined) found.push(...value.flatMap((item, index) => problemsOf(document, items, item, `${at}/${index}`)))
  } else if (typeof value === 'object' && value !== null) found.push(...problemsOfMembers(document, schema, value as Json, at))
  return found
}

function problemsOfMembers(document: Json, schema: Json, value: Json, at: string): string[] {
  const properties = new Map(Object.entries((schema['properties'] ?? {}) as Record<string, Json>))
  const patterns = Object.entries((schema['patternProperties'] ?? {}) as Record<string, Json>)
  const found = asList(schema['required'])
    .filter((name) => !Object.hasOwn(value, String(name)))
    .map((name) => `${at}/${String(name)} is missing`)
  for (const [name, member] of Object.entries(value)) {
    const schemas = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(name)).map(([, matching]) => matching)
    const own = properties.get(name)
    if (own !== undefined) schemas.push(own)
    const { additionalProperties: others, unevaluatedProperties: unknown } = schema
    if (schemas.length === 0 && typeof others === 'object') schemas.push(others as Json)
    if (schemas.length === 0 && others === false) found.push(`${at}/${name} is not expected`)
    if (unknown === false && !isEvaluated(document, schema, name)) found.push(`${at}/${name} is not expected`)
    found.push(...schemas.flatMap((matching) => problemsOf(document, matching, member, `${at}/${name}`)))
  }
  return found
}

/** Whether the schema, or one that it is all of, says something about the member. */
function isEvaluated(document: Json, schema: Json, name: string): boolean {
  if (typeof schema['$ref'] === 'string') return isEvaluated(document, resolve(document, schema['$ref']), name)
  if (Object.hasOwn(schema['properties'] ?? {}, name)) return true
  const patterns = Object.keys(schema['patternProperties'] ?? {})
  if (patterns.some((pattern) => new RegExp(pattern, 'u').test(name))) return true
  return asList(schema['allOf']).some((part) => isEvaluated(document, part as Json, name))
}

/** What a `$ref` of the same document points at. */
export function resolve(document: Json, ref: string): Json {
  const names = ref
    .slice(2)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  const target = names.reduce<unknown>((node, name) => (node as Json | undefined)?.[name], document)
  if (target === undefined) throw new Error(`the document has no ${ref}`)
  return target as Json
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}
