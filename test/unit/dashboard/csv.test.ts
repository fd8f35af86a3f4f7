import { describe, expect, test } from 'vitest'
import { columnsFor, inLines, readCsv, rowsFor } from '../../../src/dashboard/csv'
import { ApiError } from '../../../src/errors'
import { THINGS } from '../query/table'

const bytes = (text: string): ArrayBuffer => new Uint8Array(new TextEncoder().encode(text)).buffer

function refusal(work: () => unknown): ApiError {
  try {
    work()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('a CSV file', () => {
  test('is read with quotes, line ends in cells and a byte order mark', () => {
    expect(readCsv(bytes('\uFEFFTitle,Notes\r\n"a, ""b""","one\ntwo"\r\nc,\r\n'))).toEqual({
      head: ['Title', 'Notes'],
      lines: [
        { line: 2, cells: ['a, "b"', 'one\ntwo'] },
        { line: 4, cells: ['c', ''] },
      ],
    })
  })

  test.each([
    ['semicolons', 'a;b\n1,5;2\n'],
    ['tabs', 'a\tb\n1,5\t2\n'],
  ])('may be separated by %s', (_, text) => {
    expect(readCsv(bytes(text))).toEqual({ head: ['a', 'b'], lines: [{ line: 2, cells: ['1,5', '2'] }] })
  })

  test.each([
    ['that is empty', '', 'The file is empty'],
    ['with an open quote', 'a,b\n"c,d\n', 'The file cannot be read'],
  ])('%s is refused', (_, text, message) => {
    expect(refusal(() => readCsv(bytes(text))).message).toContain(message)
  })

  test('that is not UTF-8 is refused', () => {
    expect(refusal(() => readCsv(new Uint8Array([0x61, 0x0a, 0xe4, 0x0a]).buffer)).message).toContain('not UTF-8')
  })

  test('names every line that does not fit the head, and every fault of the head', () => {
    expect(refusal(() => readCsv(bytes('a,,a\n1,2,3\n1,2\n1,2,3,4\n'))).details['errors']).toEqual([
      { path: 'Line 1', message: 'Column 2 has no title.' },
      { path: 'Line 1', message: 'The title "a" is there twice.' },
      { path: 'Line 3', message: 'has 2 cells, the head has 3.' },
      { path: 'Line 4', message: 'has 4 cells, the head has 3.' },
    ])
  })
})

describe('a CSV file larger than a table', () => {
  const MEGABYTE = 1024 * 1024

  test.each([
    ['a head of marks alone', ','.repeat(10 * MEGABYTE)],
    ['a head of titles', 'a,'.repeat(5 * MEGABYTE)],
    ['a head of another mark', ';x'.repeat(5 * MEGABYTE)],
    ['a head behind a line end in quotes', `"a\nb"${','.repeat(MEGABYTE)}`],
    ['one row of marks', `a,b\n${','.repeat(MEGABYTE)}`],
  ])('of %s is refused within seconds', (_, text) => {
    const start = performance.now()
    expect(refusal(() => readCsv(bytes(text))).message).toMatch(/^Line [12] has more than 99 cells/)
    expect(performance.now() - start).toBeLessThan(5000)
  })

  test('may have 99 columns and 100,000 rows, and no more', () => {
    const wide = (columns: number) => Array.from({ length: columns }, (_, n) => `c${n}`).join()
    expect(readCsv(bytes(wide(99))).head).toHaveLength(99)
    expect(refusal(() => readCsv(bytes(wide(100)))).message).toContain('Line 1 has more than 99 cells')
    expect(readCsv(bytes(`a\n${'1\n'.repeat(100_000)}`)).lines).toHaveLength(100_000)
    expect(refusal(() => readCsv(bytes(`a\n${'1\n'.repeat(100_001)}`))).message).toBe(
      'The file has more than 100000 rows; split it.',
    )
  })
})

describe('rows for a table', () => {
  test('take titles in any case, leave out what is empty and what the server fills', () => {
    expect(rowsFor(THINGS, readCsv(bytes('id,title,QTY\n7,pen,\n8,,3\n')))).toEqual([{ Title: 'pen' }, { Qty: '3' }])
  })

  test('are refused for a column that is not there, with those that are', () => {
    const { message } = refusal(() => rowsFor(THINGS, readCsv(bytes('Title,Colour\na,b\n'))))
    expect(message).toContain('no column "Colour"')
    expect(message).toContain('Title, Qty')
  })

  test('name the line of JSON that is none', () => {
    expect(refusal(() => rowsFor(THINGS, readCsv(bytes('Title,Files\na,[]\nb,{\n')))).details['errors']).toEqual([
      { path: 'Line 3', message: expect.stringContaining('takes JSON') },
    ])
  })

  test('put what the record service says of a row into terms of lines', () => {
    const file = readCsv(bytes('a\n"x\ny"\nz\n'))
    const error = new ApiError('INVALID_VALUE_FOR_FIELD', 'Row 1', {
      details: { index: 1, errors: [{ path: '1.a', message: 'no' }] },
    })
    expect(inLines(error, file)).toEqual([{ path: 'Line 4', message: 'no' }])
  })
})

test('the columns of a new table have the narrowest type that every value fits', () => {
  const text = [
    'Id,Text,Whole,Code,Broken,Day,Moment,Yes,Nothing,Long',
    `1,a,1,007,1.5,2026-01-31,2026-01-31T09:30:00Z,true,,${'x'.repeat(300)}`,
    '2,b,-2,008,2,2026-02-01,2026-02-01 10:00,false,,y',
  ].join('\n')
  expect(columnsFor(readCsv(bytes(text)))).toEqual([
    { title: 'Text', uidt: 'SingleLineText' },
    { title: 'Whole', uidt: 'Number' },
    { title: 'Code', uidt: 'SingleLineText' },
    { title: 'Broken', uidt: 'Decimal' },
    { title: 'Day', uidt: 'Date' },
    { title: 'Moment', uidt: 'DateTime' },
    { title: 'Yes', uidt: 'Checkbox' },
    { title: 'Nothing', uidt: 'SingleLineText' },
    { title: 'Long', uidt: 'LongText' },
  ])
})
