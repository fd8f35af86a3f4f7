/** Whatever a row holds: a browser that sends back the field that shows it has changed nothing. */
import {
  type Arbitrary,
  array,
  assert,
  constantFrom,
  date,
  double,
  jsonValue,
  maxSafeInteger,
  oneof,
  property,
  shuffledSubarray,
  string,
} from 'fast-check'
import { renderToString } from 'hono/jsx/dom/server'
import { describe, expect, test } from 'vitest'
import { changesOf, fieldFor, isChanged, readFields } from '../../../src/dashboard/row-changes'
import { RowField } from '../../../src/dashboard/row-fields'
import type { Column } from '../../../src/data/types/column'
import { storedDate } from '../../../src/data/types/iso-date'
import { type PageForm, encode, fill, readForm } from '../../support/form'
import type { ColumnType } from '../../../src/data/types/column-types'

const OPTIONS = ['jan', 'feb', ' mar "q" ', '__proto__', '<b>&amp;', '\u{1F600}']

const column = (type: ColumnType): Column => ({
  id: 'cl_1',
  title: '__proto__',
  columnName: 'c',
  physicalName: 'c1',
  type,
  primaryKey: false,
  autoIncrement: false,
  auto: null,
  required: false,
  unique: false,
  displayValue: false,
  defaultValue: null,
  options: OPTIONS.map((title) => ({ id: title, title, color: null })),
  order: 1,
  meta: null,
  createdAt: 0,
  updatedAt: 0,
})

/** Texts without NUL and lone surrogates, which no row holds, and with what HTML treats in its own way. */
const pieces = constantFrom('\n', '\r', '\r\n', '\t', ' ', '"', "'", '<', '&', '&#10;', '</textarea>', '0', ',', '+')
const texts = array(oneof(pieces, string({ unit: 'binary', maxLength: 8 })), { maxLength: 12 }).map((parts) =>
  parts.join('').toWellFormed().replaceAll('\0', ''),
)
const instants = date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
const numbers = double({ noNaN: true, noDefaultInfinity: true })

const VALUES: readonly (readonly [ColumnType, Arbitrary<unknown>])[] = [
  ['SingleLineText', texts],
  ['LongText', texts],
  ['Email', texts],
  ['URL', texts],
  ['PhoneNumber', texts],
  ['JSON', jsonValue()],
  ['Checkbox', constantFrom(true, false)],
  ['SingleSelect', constantFrom(...OPTIONS)],
  ['MultiSelect', shuffledSubarray(OPTIONS).map((titles) => titles.join(','))],
  ['Number', maxSafeInteger()],
  ['Rating', maxSafeInteger()],
  ['Decimal', numbers],
  ['Currency', numbers],
  ['Date', instants.map((at) => storedDate('date', at.getTime()))],
  ['DateTime', instants.map((at) => storedDate('datetime', at.getTime()))],
  ['Time', instants.map((at) => at.toISOString().slice(11, 23).replace('.000', ''))],
]

function open(of: Column, value: unknown): PageForm {
  const html = renderToString(<RowField field={fieldFor(of, value)} isNew={false} error={null} />)
  return readForm(`<form action="row">${html}</form>`, 'row')
}

function sent(of: Column, form: PageForm) {
  const data = new FormData()
  for (const [name, value] of new URLSearchParams(encode(form))) data.append(name, value)
  return readFields(data, [of])
}

describe.each(VALUES)('a field of %s', (type, values) => {
  const of = column(type)

  test('that nobody touched has not changed, whatever it holds', () => {
    assert(
      property(values, (value) => {
        expect(sent(of, open(of, value)).map(isChanged)).toEqual([false])
        expect(sent(of, open(of, null)).map(isChanged)).toEqual([false])
      }),
    )
  })

  test('that was emptied has changed, unless it was empty, and means nothing', () => {
    assert(
      property(values, (value) => {
        const form = open(of, value)
        fill(form, of.id, ...(type === 'MultiSelect' ? [] : ['']))
        const body = changesOf(sent(of, form), Object.fromEntries([[of.title, value]]))
        // A JSON text without letters shows its quotes.
        const isShownEmpty = value === null || (value === '' && type !== 'JSON')
        expect(Object.values(body)).toEqual(isShownEmpty ? [] : [null])
      }),
    )
  })
})

test('a text that is typed anew is read with the line ends of the one before', () => {
  const of = column('LongText')
  assert(
    property(texts, texts, (before, typed) => {
      const form = open(of, before)
      fill(form, of.id, typed)
      const lf = (text: string) => text.replaceAll(/\r\n?/g, '\n')
      const body = changesOf(sent(of, form), Object.fromEntries([[of.title, before]]))
      const isCrLf = before.includes('\r\n') && before === lf(before).replaceAll('\n', '\r\n')
      const expected = isCrLf ? lf(typed).replaceAll('\n', '\r\n') : lf(typed)
      expect(Object.values(body)).toEqual(lf(typed) === lf(before) ? [] : [expected === '' ? null : expected])
    }),
  )
})
