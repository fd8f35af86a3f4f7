import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createReader } from '../../../src/data/import/csv'
import { type Encoding, type Separator, ENCODINGS, SEPARATORS } from '../../../src/data/inference/dialect'
import { PLAIN, encode, read, readParts } from './files'

const cells = (text: string, format = {}) => read(text, format).map((record) => record.cells)

describe('records', () => {
  test.each<[string, string, (string | null)[][]]>([
    [
      'lines that end in LF',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'lines that end in CRLF',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'lines that end in CR',
      'a,b\r1,2\r',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['lines that end in different ways', 'a\r\nb\nc\rd', [['a'], ['b'], ['c'], ['d']]],
    [
      'a last line without an end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a last cell that is empty at the end of the file',
      'a,b\n1,',
      [
        ['a', 'b'],
        ['1', null],
      ],
    ],
    [
      'a line end in a quoted cell',
      'a,b\n"1\r\n2\n3\r4",x\n',
      [
        ['a', 'b'],
        ['1\r\n2\n3\r4', 'x'],
      ],
    ],
    ['a separator and doubled marks in a quoted cell', '"a,b","say ""hi"""\n', [['a,b', 'say "hi"']]],
    [
      'nothing and the empty text',
      'a,b,c\n,"",\n',
      [
        ['a', 'b', 'c'],
        [null, '', null],
      ],
    ],
    [
      'a mark inside a cell that does not begin with one',
      'a,b\n5" pipe,7\'2"\n',
      [
        ['a', 'b'],
        ['5" pipe', '7\'2"'],
      ],
    ],
    [
      'marks that are not doubled',
      'a,b\n"say "hi" now",2\n',
      [
        ['a', 'b'],
        ['say "hi" now', '2'],
      ],
    ],
    [
      'a text that goes on after its marks',
      'a,b\n"Foo" bar,2\n',
      [
        ['a', 'b'],
        ['"Foo" bar', '2'],
      ],
    ],
    ['spaces around a quoted cell', 'a, "b, c" ,d\n', [['a', 'b, c', 'd']]],
    ['spaces before a mark that quotes nothing', 'a, "b" c,d\n', [['a', ' "b" c', 'd']]],
    [
      'blank lines',
      '\n\na,b\n\n1,2\n  \n\r\n3,4\n\n',
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      'a row without a value',
      'a,b\n,\n',
      [
        ['a', 'b'],
        [null, null],
      ],
    ],
    ['NUL', 'a\0,b\n', [['a\0', 'b']]],
    ['a byte order mark', '\ufeff"a",b\n', [['a', 'b']]],
    ['a line that names the separator', 'sep=,\r\na,b\r\n', [['a', 'b']]],
    ['the same after a byte order mark, in quotes', '\ufeff"sep=;"\na,b\n', [['a', 'b']]],
    ['such a line that is not the first', 'a\nsep=x\n', [['a'], ['sep=x']]],
    ['no record in an empty file', '', []],
    ['no record in a file of line ends', '\r\n\n\r', []],
    ['no record after a line that names the separator', 'sep=,', []],
  ])('%s', (_name, text, expected) => {
    expect(cells(text)).toEqual(expected)
    expect(readParts(encode(text), PLAIN, [1]).map((record) => record.cells)).toEqual(expected)
  })

  test('a blank line is a row in a typed file of one column, and in no other', () => {
    expect(cells('a\n1\n\n2\n', { typed: true })).toEqual([['a'], ['1'], [null], ['2']])
    expect(cells('a\n1\n\n2\n')).toEqual([['a'], ['1'], ['2']])
    expect(cells('a,b\n1,2\n\n3,4\n', { typed: true })).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ])
  })

  test.each(SEPARATORS)('cells that %j parts', (separator) => {
    const others = SEPARATORS.filter((mark) => mark !== separator).join('')
    expect(cells(`a${separator}${others}\n`, { separator })).toEqual([['a', others]])
  })
})

describe('lines', () => {
  test('count whatever their end is, and those within cells', () => {
    const text = 'sep=,\r\n\r\na,b\r\n"1\r\n2",3\r4,"5\r6"\n\n7,8'
    const lines = [3, 4, 6, 9]
    expect(read(text).map(({ line }) => line)).toEqual(lines)
    for (let size = 1; size < text.length; size++) {
      expect(readParts(encode(text), PLAIN, [size]).map(({ line }) => line)).toEqual(lines)
    }
  })

  test('a mark that nothing closes is told by its line and swallows nothing', () => {
    expect(read('a,b\n1,"x\n2,y\n3,z')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', '"x'], problem: 'unclosed-quote' },
      { line: 3, cells: ['2', 'y'] },
      { line: 4, cells: ['3', 'z'] },
    ])
  })

  test('a mark that the next two million characters do not close swallows none of them', () => {
    const text = `a,b\n1,"x\n${'2,y\n'.repeat(500_100)}3,z"\n`
    const records = readParts(encode(text), PLAIN, [1_048_576])
    expect(records.length).toBe(500_103)
    expect(records[1]).toEqual({ line: 2, cells: ['1', '"x'], problem: 'unclosed-quote' })
    expect(records.at(-1)).toEqual({ line: 500_103, cells: ['3', 'z"'] })
  })

  test('marks that are not doubled are told by their line', () => {
    expect(read('a\n"x"y\n').map(({ line, problem }) => [line, problem])).toEqual([
      [1, undefined],
      [2, 'stray-quote'],
    ])
  })
})

describe('encodings', () => {
  const text = 'Größe,€\r\n"ä\r\nö",„x“\r\n'
  const expected = [
    ['Größe', '€'],
    ['ä\r\nö', '„x“'],
  ]
  const WITH = { 'utf-8': text, 'utf-16le': text, 'utf-16be': text, 'windows-1252': text } satisfies Record<Encoding, string>

  test.each(ENCODINGS)('%s, at whichever byte a part ends', (encoding) => {
    const bytes =
      encoding === 'windows-1252'
        ? new Uint8Array(Buffer.from('Gr\xf6\xdfe,\x80\r\n"\xe4\r\n\xf6",\x84x\x93\r\n', 'latin1'))
        : encode(WITH[encoding], encoding)
    for (let size = 1; size <= bytes.length; size++) {
      expect(readParts(bytes, { ...PLAIN, encoding }, [size, bytes.length]).map((record) => record.cells)).toEqual(expected)
    }
  })

  test('characters that hold the bytes of a line end or a separator are none', () => {
    // U+0A2C and U+2C0D: bytes of LF, comma and CR.
    const text = 'a,b\n\u0a2c\u2c0d,\u0d0a\n'
    for (const encoding of ['utf-16le', 'utf-16be'] as const) {
      const records = readParts(encode(text, encoding), { ...PLAIN, encoding }, [3])
      expect(records.map((record) => record.cells)).toEqual([
        ['a', 'b'],
        ['\u0a2c\u2c0d', '\u0d0a'],
      ])
    }
  })

  test('a line that is not UTF-8 among others that are is read as Windows-1252, and told', () => {
    const bytes = new Uint8Array([...encode('a\nä\n'), 0x80, 0x0a, ...encode('ö\n')])
    const records = [
      { line: 1, cells: ['a'] },
      { line: 2, cells: ['ä'] },
      { line: 3, cells: ['€'], problem: 'encoding' },
      { line: 4, cells: ['ö'] },
    ]
    for (let size = 1; size <= bytes.length; size++) expect(readParts(bytes, PLAIN, [size])).toEqual(records)
  })

  test('such a line inside a quoted cell is told, too', () => {
    const bytes = new Uint8Array([...encode('a\n"x\n'), 0xe4, ...encode('\ny"\n')])
    expect(readParts(bytes, PLAIN)[1]).toEqual({ line: 2, cells: ['x\nä\ny'], problem: 'encoding' })
  })
})

describe('state', () => {
  test('says how many bytes are read, up to the end of the last whole record', () => {
    const reader = createReader(PLAIN)
    reader.push(encode('ä,b\n"1\n'), false)
    expect(reader.state()).toEqual({ consumed: 5, line: 2, width: 2 })
    reader.push(encode('2",3\n'), false)
    expect(reader.state()).toEqual({ consumed: 13, line: 4, width: 2 })
    reader.push(encode('4,5'), true)
    expect(reader.state()).toEqual({ consumed: 16, line: 5, width: 2 })
  })
})

/** A cell with what makes trouble in it; no character that Windows-1252 does not have. */
const cellText = fc.string({
  unit: fc.constantFrom('a', 'ä', '€', ' ', '"', "'", ',', ';', '\t', '|', '\n', '\r', '\r\n', '1', '='),
  maxLength: 6,
})

const file = fc.record({
  rows: fc
    .integer({ min: 2, max: 4 })
    .chain((width) =>
      fc.array(fc.array(fc.option(cellText), { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
    ),
  separator: fc.constantFrom<Separator>(...SEPARATORS),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  quotesAll: fc.boolean(),
  hasLastEnd: fc.boolean(),
  encoding: fc.constantFrom<Encoding>(...ENCODINGS),
  hasMark: fc.boolean(),
  sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
})

function write({
  rows,
  separator,
  lineEnd,
  quotesAll,
  hasLastEnd,
  hasMark,
  encoding,
}: typeof file extends fc.Arbitrary<infer File> ? File : never) {
  const quote = (cell: string | null) => {
    if (cell === null) return ''
    return quotesAll || cell === '' || /["\r\n]|^ *$/.test(cell) || cell.includes(separator)
      ? `"${cell.replaceAll('"', '""')}"`
      : cell
  }
  const lines = rows.map((row) => row.map(quote).join(separator)).join(lineEnd)
  const mark = hasMark && encoding !== 'windows-1252' ? '\ufeff' : ''
  return encode(`${mark}${lines}${hasLastEnd ? lineEnd : ''}`, encoding)
}

test('what was written is read back, in whichever parts, separators, quotes, line ends and encoding', () => {
  fc.assert(
    fc.property(file, (written) => {
      const { separator, encoding, sizes, rows } = written
      const records = readParts(write(written), { ...PLAIN, separator, encoding }, sizes)
      expect(records.map((record) => record.cells)).toEqual(rows)
      expect(records.every(({ problem }) => problem === undefined)).toBe(true)
    }),
    { numRuns: 400 },
  )
})
