/** The types of columns by the names that clients use (docs/contract/api-v1.md 3.5): what kind of values each has. */
export const COLUMN_TYPES = {
  ID: { kind: 'integer', dt: 'integer' },
  SingleLineText: { kind: 'text', dt: 'varchar' },
  LongText: { kind: 'text', dt: 'text' },
  Attachment: { kind: 'json', dt: 'text' },
  Checkbox: { kind: 'boolean', dt: 'boolean' },
  SingleSelect: { kind: 'select', dt: 'text' },
  MultiSelect: { kind: 'multiselect', dt: 'text' },
  Number: { kind: 'integer', dt: 'integer' },
  Decimal: { kind: 'number', dt: 'decimal' },
  Currency: { kind: 'number', dt: 'double precision' },
  Percent: { kind: 'number', dt: 'double' },
  Duration: { kind: 'number', dt: 'decimal' },
  Rating: { kind: 'integer', dt: 'integer' },
  Date: { kind: 'date', dt: 'date' },
  DateTime: { kind: 'datetime', dt: 'datetime' },
  CreateTime: { kind: 'datetime', dt: 'datetime' },
  LastModifiedTime: { kind: 'datetime', dt: 'datetime' },
  Time: { kind: 'time', dt: 'time' },
  Year: { kind: 'integer', dt: 'year' },
  Email: { kind: 'text', dt: 'varchar' },
  URL: { kind: 'text', dt: 'varchar' },
  PhoneNumber: { kind: 'text', dt: 'varchar' },
  JSON: { kind: 'json', dt: 'text' },
  GeoData: { kind: 'text', dt: 'text' },
  AutoNumber: { kind: 'integer', dt: 'integer' },
  Count: { kind: 'integer', dt: 'integer' },
  ForeignKey: { kind: 'text', dt: 'varchar' },
  Collaborator: { kind: 'text', dt: 'varchar' },
  Geometry: { kind: 'text', dt: 'varchar' },
  Button: { kind: 'text', dt: 'varchar' },
  SpecificDBType: { kind: 'text', dt: 'varchar' },
} as const satisfies Record<string, { kind: string; dt: string }>

/** Types without a column in SQL: docs/contract/api-v1.md 3.5. */
export const VIRTUAL_TYPES = ['LinkToAnotherRecord', 'Lookup', 'Rollup', 'Formula', 'Barcode', 'QrCode', 'Links'] as const

export type ColumnType = keyof typeof COLUMN_TYPES

/** The few ways in which values differ in SQL and in JSON: kinds.ts says how. */
export type ValueKind = (typeof COLUMN_TYPES)[ColumnType]['kind']

/** The types of a kind. */
export type TypesOf<Name extends ValueKind> = {
  [Type in ColumnType]: (typeof COLUMN_TYPES)[Type]['kind'] extends Name ? Type : never
}[ColumnType]

/** What its values are. */
export function kindOf({ type }: { type: ColumnType }): ValueKind {
  return COLUMN_TYPES[type].kind
}

export function isColumnType(name: string): name is ColumnType {
  return Object.hasOwn(COLUMN_TYPES, name)
}
