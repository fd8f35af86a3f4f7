import { describe, expect, test } from 'vitest'
import { detectFormat } from '../../../src/data/import/detect'
import { ENCODINGS } from '../../../src/data/inference/dialect'
import { encode, propose } from './files'

const separatorOf = (text: string) => detectFormat(encode(text), {}).separator

test('a file that is no text is refused in words, whatever the person says of it', () => {
  const bytes = (text: string) => Uint8Array.from(text, (byte) => byte.charCodeAt(0))
  const detect = (text: string) => () => detectFormat(bytes(text), { separator: ',', encoding: 'utf-8' })
  expect(detect('PK\x03\x04\x14\0\x06\0')).toThrow(
    'This file is an Excel or OpenDocument workbook, or another ZIP archive, not CSV.',
  )
  expect(detect('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')).toThrow('an old Excel workbook')
  expect(detect('%PDF-1.7\n')).toThrow('a PDF')
  expect(detect('\x89PNG\r\n\x1a\n')).toThrow('a picture')
  expect(detect('PK,n\n1,2\n')).not.toThrow()
  expect(detect('')).not.toThrow()
})

describe('the separator', () => {
  test.each([
    [',', 'a,b\n1,2\n'],
    [';', 'a;b\n1;2\n'],
    ['\t', 'a\tb\n1\t2\n'],
    ['|', 'a|b\n1|2\n'],
    [',', 'a\n1\n2\n'],
    [',', ''],
    // Decimal commas.
    [';', 'a;b;c\n1,5;2,5;3\n1,5;2,5;3,7\n4;5,1;6\n'],
    [';', 'name;amount\na;1,5\nb;2,5\n'],
    // Separators in quotes.
    [',', 'a,b\n"x;y;z",1\n"p;q;r",2\n'],
    // The first line alone would say otherwise.
    [';', 'Name, first, last;Age\nAda;36\nAlan;41\n'],
    [',', 'a,"b;c;d;e",f\n1,2,3\n4,5,6\n'],
    // Sentences.
    ['|', 'id|text\n1|One, two, three\n2|Four, five, six\n3|Seven, eight, nine\n'],
    // Lines of other lengths among them.
    [',', 'a,b,c\n1,2,3\n1,2\n1,2,3,4\n5;6,7,8\n'],
    // Said by the file, where its cells would not tell.
    [';', 'sep=;\na,b;c\n1,2;3\n'],
    ['\t', '\ufeffsep=\t\r\na\tb\r\n'],
    [',', 'sep=^\na,b\n1,2\n'],
  ])('is %j in %j', (separator, text) => {
    expect(separatorOf(text)).toBe(separator)
  })

  test('is the one that was asked for', () => {
    expect(detectFormat(encode('a,b\n1,2\n'), { separator: '|' }).separator).toBe('|')
  })

  test('is found where a record is longer than what is looked at', () => {
    expect(separatorOf(`a;b\n"${'x,'.repeat(200_000)}";1\n`)).toBe(';')
  })
})

describe('the encoding', () => {
  const encodingOf = (bytes: Uint8Array) => detectFormat(bytes, {}).encoding

  test.each(ENCODINGS)('%s is found', (encoding) => {
    expect(encodingOf(encode('Größe,Maß\nä,5\nöß,7\n', encoding))).toBe(encoding)
    if (encoding.startsWith('utf-16')) expect(encodingOf(encode('Name,Age', encoding))).toBe(encoding)
    if (encoding !== 'windows-1252') expect(encodingOf(encode('\ufeffa,b\n1,2\n', encoding))).toBe(encoding)
  })

  test.each(['utf-16le', 'utf-16be'] as const)('%s without a mark is found where hardly a letter is Latin', (encoding) => {
    expect(encodingOf(encode('Имя,Город\nАнна,Москва\nИван,Казань\n', encoding))).toBe(encoding)
  })

  test('a character that the end of the part cuts is no sign of another encoding', () => {
    for (const text of ['a\nä', 'a\n€', 'a\n😀']) {
      const bytes = encode(text)
      for (let cut = 1; cut < bytes.length - 2; cut++) expect(encodingOf(bytes.subarray(0, bytes.length - cut))).toBe('utf-8')
    }
  })

  test('is that of most lines beyond ASCII: one bad byte does not garble the others', () => {
    const mixed = (text: string, other: string) => new Uint8Array([...encode(text), ...encode(other, 'windows-1252')])
    expect(encodingOf(mixed('a,b\nGröße,1\nMaß,2\n', 'Öl,3\n'))).toBe('utf-8')
    expect(encodingOf(mixed('a,b\nGröße,1\n', 'Öl,3\nMaß,2\n'))).toBe('windows-1252')
    expect(encodingOf(mixed('a,b\nplain,1\n', 'Öl,3\n'))).toBe('windows-1252')
  })

  test('a NUL or two make no UTF-16', () => {
    expect(encodingOf(encode(`a,b\nx\0,y\n${'1,2\n'.repeat(50)}`))).toBe('utf-8')
    expect(encodingOf(encode('a,b\nx\0,y\n'))).toBe('utf-8')
  })
})

describe('a file with types', () => {
  test('is one whose every heading names a type', () => {
    expect(detectFormat(encode('Id (ID),Name (SingleLineText)\r\n1,x\r\n'), {})).toEqual({
      encoding: 'utf-8',
      separator: ',',
      decimalMark: '.',
      dateOrder: null,
      typed: true,
      headerLine: 1,
    })
    expect(detectFormat(encode('Name (SingleLineText)\r\n'), {}).typed).toBe(true)
  })
  test.each([
    'Name (SingleLineText),Age\n',
    'Name (Text),Age (Number)\n',
    'Name (SingleLineText);Age (Number)\n',
    'Name (SingleLineText),\n',
  ])('and not %j', (text) => {
    expect(detectFormat(encode(text), {}).typed).toBe(false)
  })
})

describe('the header row', () => {
  const lineOf = (text: string) => detectFormat(encode(text), {}).headerLine
  const table = 'Date;Payee;Text;Amount\n01.02.2026;Ada;x;1,50\n02.02.2026;Alan;y;2,50\n03.02.2026;Grace;z;3,50\n'

  test('is found after a title and the like', () => {
    expect(lineOf(table)).toBe(1)
    expect(lineOf(`Account;DE00 1234\n\nPeriod;01.01.2026 - 31.01.2026\nBalance;1.234,56 EUR\n${table}`)).toBe(5)
    expect(lineOf(`Report of 2026;;;\n;;;\n${table}`)).toBe(3)
  })

  test('is the first line where that may be it', () => {
    // Two headings of four, and rows of numbers.
    expect(lineOf('a;b;;\n1;2;3;4\n5;6;7;8\n')).toBe(1)
    expect(lineOf('title;\na;b\n1;2\n')).toBe(1)
    expect(lineOf('x;y;z\na;b;c;d\ne;f;g;h\n')).toBe(1)
    expect(lineOf(`title;;;\n${table.replace('Date', '1')}`)).toBe(1)
    expect(lineOf(`title;;;\n${table.replace('Date', 'Payee')}`)).toBe(1)
  })

  test('what stands before it is no record, and said to be left out', () => {
    const { columns, leftOut, lines } = propose(`Account;"DE00\n1234"\n\n${table}`)
    expect(columns.map(({ title, type }) => [title, type])).toEqual([
      ['Date', 'Date'],
      ['Payee', 'SingleLineText'],
      ['Text', 'SingleLineText'],
      ['Amount', 'Decimal'],
    ])
    expect(leftOut).toEqual([
      { what: 'Lines 1 to 3', why: 'The columns are named in line 4; before it stands a title or the like.' },
    ])
    expect(lines).toEqual([])
  })
})
