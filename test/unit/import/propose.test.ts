import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnType } from '../../../src/data/types/column-types'
import { ApiError } from '../../../src/errors'
import { type ProposedColumn, type Proposal, proposeColumns } from '../../../src/data/inference/propose'
import { selectOptions, textType } from '../../../src/data/inference/scan'
import { encode, propose, scan } from './files'

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`

/** The column of a file that has these cells and no other. */
function columnOf(cells: readonly string[], title = 'Value', given = {}): ProposedColumn {
  const [column] = propose([title, ...cells].map((cell) => `x,${quoted(cell)}`).join('\n'), {
    separator: ',',
    ...given,
  }).columns.slice(1)
  if (column === undefined) throw new Error('no column')
  return column
}

const times = (count: number, cell: (index: number) => string) => Array.from({ length: count }, (_, index) => cell(index))

describe('a column gets the narrowest type that gives its cells back', () => {
  test.each<[ColumnType, string[]]>([
    ['Number', ['1', '-2', '0', '', '9007199254740991']],
    ['Number', ['1.0', '2.0', '3']],
    ['Number', ['1e5', '7']],
    ['Number', ['1,234,567', '1,000', '12']],
    ['Decimal', ['1.5', '2']],
    ['Decimal', ['9.1234567', '-84.0907246']],
    ['Decimal', ['12345678901.25', '1.00']],
    ['Decimal', ['1.234,56', '7']],
    ['Decimal', ['1 234,56', '950,00']],
    ['Decimal', ["1'234.56"]],
    ['Percent', ['12%', '5 %', '0.5%']],
    ['Currency', ['$1,234.50', '-$3.00']],
    ['Currency', ['1.234,50 €', '3,00 €']],
    ['Date', ['31.01.2026', '1.2.2026']],
    ['Date', ['25/12/2025', '01/02/2026']],
    ['Date', ['2026-01-31', '']],
    ['DateTime', ['12/25/2025 3:15 PM', '1/2/2026 12:00 AM']],
    ['DateTime', ['2026-01-31T10:00:00Z', '2026-01-31 10:00:00.250']],
    ['Time', ['09:30', '10:15:20']],
    ['Checkbox', ['TRUE', 'FALSE', '']],
    ['Checkbox', ['true']],
    ['Checkbox', ['Yes', 'No']],
    ['Checkbox', ['WAHR', 'FALSCH']],
    ['Checkbox', ['ja', 'nein']],
    ['Checkbox', ['oui', 'non']],
    ['Email', ['ada@example.org', 'b@example.com']],
    ['URL', ['https://example.org/a', 'http://example.com']],
    ['JSON', ['{"a":1}', '[1,2]']],
    ['LongText', ['a\nb']],
    ['LongText', ['x'.repeat(256)]],
    ['SingleLineText', ['x'.repeat(255)]],
    // What would not come back.
    ['SingleLineText', ['007', '12']],
    ['SingleLineText', ['01234', '99999']],
    ['SingleLineText', ['+4930123456', '+4930654321']],
    ['SingleLineText', ['030 1234567', '+49 30 1234']],
    ['SingleLineText', ['123 456 789', '987 654 321']],
    ['SingleLineText', ['101,205,300', '100,200']],
    ['SingleLineText', ['9007199254740993', '5']],
    ['SingleLineText', ['0.12345678901234567']],
    ['SingleLineText', ['1/31/26', '12/25/25']],
    ['SingleLineText', ['2026-01-31 10:00:00.123456']],
    ['SingleLineText', ['{"a": 1}']],
    ['SingleLineText', ['$5', '5 €']],
    ['SingleLineText', ['12%', '5']],
    ['SingleLineText', ['1.2.3', '1.2.4']],
    ['SingleLineText', ['Yes', 'Nein']],
    // The code of a country.
    ['SingleLineText', ['NO', 'NO']],
    ['SingleLineText', ['ada@example.org', 'none at all']],
    ['SingleLineText', ['', ' ']],
    ['SingleLineText', ['NA', 'n/a']],
    ['SingleLineText', ['30.02.2026', '31.01.2026']],
    ['SingleLineText', ['red', 'red', 'green']],
  ])('%s: %j', (type, cells) => {
    expect(columnOf(cells).type).toBe(type)
  })

  test('years are years where the heading says so', () => {
    expect(columnOf(['1999', '2026'], 'Year').type).toBe('Year')
    expect(columnOf(['1999', '2026'], 'Erscheinungsjahr (Jahr)').type).toBe('Year')
    expect(columnOf(['1999', '2026'], 'Yearly').type).toBe('Number')
    expect(columnOf(['1999', '20260'], 'Year').type).toBe('Number')
  })

  test('an amount keeps its currency', () => {
    expect(columnOf(['£5']).meta).toEqual({ currency_code: 'GBP' })
    expect(columnOf(['5']).meta).toBeNull()
  })

  test('why a text that looks like something else stays one is said', () => {
    expect(columnOf(['12', '007']).note).toBe('Stays a text: as a number "007" (line 3) would lose how it begins.')
    expect(columnOf(['9007199254740993']).note).toBe(
      'Stays a text: "9007199254740993" (line 2) has more digits than a number keeps.',
    )
    expect(columnOf(['1/31/26']).note).toBe(
      'Stays a text: "1/31/26" (line 2) does not say its century. As a date it is one of the years 1969 to 2068.',
    )
    expect(columnOf([]).note).toBe('All of its cells are empty.')
  })
})

describe('other types that all cells fit are offered', () => {
  test.each<[ColumnType, string[], ColumnType[]]>([
    ['Number', ['0', '1'], ['Decimal', 'Currency', 'Percent', 'Checkbox', 'SingleLineText', 'LongText']],
    ['Number', ['1999', '2001'], ['Decimal', 'Currency', 'Percent', 'Year', 'SingleLineText', 'LongText']],
    ['Date', ['31.01.2026', '01.02.2026'], ['DateTime', 'SingleLineText', 'LongText']],
    ['SingleLineText', ['1/31/26', '12/25/25'], ['Date', 'DateTime', 'LongText']],
    ['SingleLineText', ['+49 30 1234', '030 1234567'], ['PhoneNumber', 'LongText']],
    ['SingleLineText', ['red', 'green', 'red', 'green'], ['SingleSelect', 'LongText']],
    ['SingleLineText', ['red, green', 'green', 'red', 'green', 'red, green', 'blue', 'blue'], ['MultiSelect', 'LongText']],
    ['SingleLineText', ['a', 'b'], ['LongText']],
  ])('%s: %j', (type, cells, alternatives) => {
    const column = columnOf(cells)
    expect([column.type, column.alternatives]).toEqual([type, alternatives])
  })
})

describe('a column that all but a few cells fit', () => {
  test('is proposed as that, with the others named', () => {
    const cells = times(50_000, String)
    cells[123] = 'abc'
    expect(columnOf(cells)).toMatchObject({
      type: 'Number',
      odd: [{ line: 125, value: 'abc' }],
      oddTotal: 1,
      note: 'One cell is not a whole number: leave it empty, or make this a text.',
    })
  })

  test('is proposed as what the fewest are not', () => {
    const cells = times(400, String)
    cells.push('1.5', '2.5', 'abc')
    expect(columnOf(cells)).toMatchObject({ type: 'Decimal', oddTotal: 1 })
  })

  test('is a text when they are more than one in a hundred', () => {
    expect(columnOf([...times(99, String), 'abc'])).toMatchObject({ type: 'Number', oddTotal: 1 })
    expect(columnOf([...times(98, String), 'abc'])).toMatchObject({ type: 'SingleLineText', oddTotal: 0, odd: [] })
  })

  test('is offered as that up to one in ten', () => {
    const offers = (cells: string[]) => columnOf(cells).alternatives.includes('Decimal')
    expect([offers([...times(10, () => '1.5'), 'abc']), offers([...times(9, () => '1.5'), 'abc'])]).toEqual([true, false])
    expect(offers([...times(10, () => '1.5'), '007'])).toBe(false)
  })

  test('may have any number of cells that only say that there is no value', () => {
    expect(columnOf(['1.5', 'NA', '2', 'n/a'])).toMatchObject({
      type: 'Decimal',
      odd: [
        { line: 3, value: 'NA' },
        { line: 5, value: 'n/a' },
      ],
    })
    expect(columnOf(['2026-01-31', '-', '2026-02-01'])).toMatchObject({ type: 'Date', oddTotal: 1 })
  })

  test('is a text whose cells with the character NUL are named, for no row can hold them', () => {
    expect(columnOf(['a', 'b\0', 'c'])).toMatchObject({
      type: 'SingleLineText',
      note: 'No text can hold the character NUL: leave those cells empty.',
      odd: [{ line: 3, value: 'b\0' }],
      oddTotal: 1,
    })
  })

  test('is a text when one of them is a code', () => {
    expect(columnOf([...times(500, (index) => String(index + 10_000)), '01234'])).toMatchObject({
      type: 'SingleLineText',
      odd: [],
    })
  })

  test('names the first of them, and counts all', () => {
    const column = columnOf([...times(5000, String), ...times(40, (index) => `x${index}`)])
    expect([column.odd.length, column.odd[0], column.oddTotal]).toEqual([10, { line: 5002, value: 'x0' }, 40])
  })
})

describe('the order of dates', () => {
  const ask = (proposal: Proposal) => [proposal.format.dateOrder, proposal.questions.map(({ name, columns }) => [name, columns])]
  const file = (...cells: string[]) => `d,e\n${cells.map((cell) => `${cell},1`).join('\n')}`

  test('is found from evidence anywhere in the file', () => {
    const many = times(3000, () => '01/02/2026')
    expect(ask(propose(file(...many, '25/12/2025')))).toEqual(['dmy', []])
    expect(ask(propose(file(...many, '12/25/2025')))).toEqual(['mdy', []])
    expect(ask(propose('d,e\n01/02/2026,13/01/2026\n'))).toEqual(['dmy', []])
  })

  test('is asked when the file leaves it open, and the answer needs no new reading', () => {
    const { scan: known, format } = scan(encode(file('01/02/2026', '03/04/2026')))
    const open = proposeColumns(known, format)
    expect(open.questions).toEqual([
      {
        name: 'date_order',
        columns: [0],
        message: 'Dates such as "01/02/2026" can be read in two ways. Say what comes first: the day (dmy) or the month (mdy).',
        choices: ['dmy', 'mdy'],
      },
    ])
    expect([open.columns[0]?.type, open.format.dateOrder]).toEqual(['Date', null])
    expect(ask(proposeColumns(known, { ...format, dateOrder: 'mdy' }))).toEqual(['mdy', []])
  })

  test('is not asked where both say the same, or no date needs it', () => {
    expect(ask(propose(file('02/02/2026', '03/03/2026')))).toEqual([null, []])
    expect(ask(propose(file('31.01.2026', '2026-02-01')))).toEqual([null, []])
  })

  test('a slip of the pen does not turn it', () => {
    const column = propose(file(...times(300, () => '25/12/2025'), '12/25/2025')).columns[0]
    expect(column).toMatchObject({ type: 'Date', odd: [{ line: 302, value: '12/25/2025' }] })
  })

  test('an answer that does not fit makes texts', () => {
    expect(propose(file('25/12/2025'), { dateOrder: 'mdy' }).columns[0]?.type).toBe('SingleLineText')
  })
})

describe('the decimal mark', () => {
  const markOf = (text: string, given = {}) => {
    const { format, questions, columns } = propose(text, { separator: ';', ...given })
    return [format.decimalMark, questions.map(({ name }) => name), columns[0]?.type]
  }

  test.each<[string, unknown[]]>([
    ['a\n1,5\n2\n', [',', [], 'Decimal']],
    ['a\n1.5\n2\n', ['.', [], 'Decimal']],
    ['a;b\n1.234;2,5\n', [',', [], 'Number']],
    ['a;b\n1,234;2.5\n', ['.', [], 'Number']],
    ['a;b\n1.234;1.234.567\n', [',', [], 'Number']],
    ['a\n0.123\n1.234\n', ['.', [], 'Decimal']],
    ['a\n1.234\n5.678\n', [null, ['decimal_mark'], 'Decimal']],
    ['a\n1,234\n5,678\n', [null, ['decimal_mark'], 'Decimal']],
    ['a\n1\n2\n', ['.', [], 'Number']],
    ['a\nx 1,5\n', ['.', [], 'SingleLineText']],
  ])('%j', (text, expected) => {
    expect(markOf(text)).toEqual(expected)
  })

  test('is told by many numbers with three digits after it and whole ones between', () => {
    expect(markOf(`a\n${times(30, (index) => `1,${index + 100}`).join('\n')}\n950\n`)).toEqual(['.', [], 'Number'])
  })

  test('is as it is answered', () => {
    expect(markOf('a\n1.234\n', { decimalMark: ',' })).toEqual([',', [], 'Number'])
    expect(markOf('a\n1.234\n', { decimalMark: '.' })).toEqual(['.', [], 'Decimal'])
  })

  test('is not asked for a column of codes', () => {
    expect(markOf('a\n008\n356,064\n')).toEqual(['.', [], 'SingleLineText'])
  })

  test('is not told by a list of two numbers among many single ones', () => {
    expect(markOf(`a\n${times(40, () => '2').join('\n')}\n2,2\n`)).toEqual(['.', [], 'SingleLineText'])
  })
})

describe('no column is dropped', () => {
  const columnsOf = (text: string) => propose(text).columns.map(({ title, type, role }) => [title, type, role])

  test('what is named like a column of the server is kept', () => {
    expect(columnsOf('id,CreatedAt,created_at,Updated At\n1,2020-01-01 10:00,x,2020-01-01\n')).toEqual([
      ['id', 'ID', 'id'],
      ['CreatedAt', 'DateTime', 'data'],
      ['created_at', 'SingleLineText', 'data'],
      ['Updated At', 'Date', 'data'],
    ])
  })

  test.each([
    ['texts', 'ID,a\nx,1\ny,2\n', 'SingleLineText'],
    ['numbers that are there twice', 'ID,a\n1,1\n1,2\n', 'Number'],
    ['one that is empty', 'ID,a\n1,1\n,2\n', 'Number'],
    ['one that is 0', 'ID,a\n0,1\n1,2\n', 'Number'],
    ['one that no row can have', 'ID,a\n4503599627370497,1\n2,2\n', 'Number'],
    ['one that is negative', 'ID,a\n-1,1\n1,2\n', 'Number'],
    ['fractions', 'ID,a\n1.5,1\n2,2\n', 'Decimal'],
    ['codes', 'ID,a\n01,1\n02,2\n', 'SingleLineText'],
  ])('an Id that cannot be the key is a column: %s', (_why, text, type) => {
    expect(columnsOf(text)[0]).toEqual(['ID', type, 'data'])
  })

  test.each<[string, number[]]>([
    ['in order', times(100_000, String).map((id) => 7 * Number(id) + 1)],
    ['in reverse', times(20_000, String).map((id) => 20_000 - Number(id))],
    ['shuffled', times(10_000, String).map((id) => ((Number(id) * 7919) % 10_007) + 1)],
  ])('an Id whose numbers are %s is the key', (_order, ids) => {
    expect(columnsOf(`Id,a\n${ids.map((id) => `${id},1`).join('\n')}`)[0]).toEqual(['Id', 'ID', 'id'])
  })

  test('an Id that is there twice far apart is not the key', () => {
    const ids = [...times(3000, String).map((id) => Number(id) + 1), 1500]
    expect(columnsOf(`Id,a\n${ids.map((id) => `${id},1`).join('\n')}`)[0]).toEqual(['Id', 'Number', 'data'])
  })

  test('a column with neither heading nor value is left out, and said', () => {
    const { columns, leftOut } = propose('a,b,\n1,2,\n3,4,\n')
    expect(columns.map(({ title }) => title)).toEqual(['a', 'b'])
    expect(leftOut).toEqual([{ what: 'Column 3', why: 'It has neither a heading nor a value.' }])
    expect(propose('a,b,\n1,2,\n3,4,5\n').columns.map(({ title, type }) => [title, type])).toEqual([
      ['a', 'Number'],
      ['b', 'Number'],
      ['Column 3', 'Number'],
    ])
  })

  test('short and long lines are told, and nothing in them is lost', () => {
    const { columns, lines } = propose('a,b\n1,2\n3\n4,5,six\n7,8,,\n')
    expect(lines).toEqual([
      { line: 3, problem: 'has one cell, the header row has 2: those that lack are left empty' },
      { line: 4, problem: 'has 3 cells, the header row has 2: those after the last heading get columns of their own' },
    ])
    expect(columns.map(({ title, type, note }) => [title, type, note])).toEqual([
      ['a', 'Number', null],
      ['b', 'Number', null],
      ['Column 3', 'SingleLineText', 'The file has no heading for it.'],
    ])
  })

  test('lines beyond the first hundred are counted', () => {
    const { lines } = propose(`a,b\n${times(150, () => '1').join('\n')}\n`)
    expect([lines.length, lines.at(-1)]).toEqual([101, { line: 101, problem: 'and 50 more lines after this one' }])
  })

  test('a quotation mark that nothing closes is told', () => {
    expect(propose('a,b\n1,"x\n2,y\n').lines).toEqual([
      { line: 2, problem: 'a quotation mark begins a cell and nothing ends it: the cell was read to the end of the line' },
    ])
  })

  test('more columns than a table can have are refused', () => {
    const wide = (count: number) => `${times(count, (index) => `c${index}`).join(',')}\n`
    expect(propose(wide(99)).columns.length).toBe(99)
    expect(() => propose(wide(100))).toThrow(
      new ApiError(
        'INVALID_REQUEST_BODY',
        'Line 1 has 100 cells; a table can have at most 99 columns. Is this the right separator?',
      ),
    )
    expect(() => propose(`a,b\n${wide(120)}`)).toThrow(/^Line 2 has 120 cells/)
    expect(propose(`${wide(99).trim()},,,,,\n`).columns.length).toBe(99)
  })

  test('a file of a header row alone has columns', () => {
    expect(columnsOf('a,b')).toEqual([
      ['a', 'SingleLineText', 'data'],
      ['b', 'SingleLineText', 'data'],
    ])
  })
})

describe('titles', () => {
  const titlesOf = (head: string) =>
    propose(`${head}\n1,2,3\n`, { separator: ',' }).columns.map(({ title, note }) => [title, note])
  const twice = (title: string) => `The file has several columns of the title "${title}".`

  test('line ends and outer spaces are taken out', () => {
    expect(titlesOf('"First\r\nname", b ,"c\t"')).toEqual([
      ['First name', 'Line ends and the like were taken out of the heading.'],
      ['b', null],
      ['c', null],
    ])
  })

  test('empty and repeated ones are numbered', () => {
    expect(titlesOf(',a,A')).toEqual([
      ['Column 1', 'The file has no heading for it.'],
      ['a', null],
      ['A 2', twice('A')],
    ])
    expect(titlesOf('a,a,a 2')).toEqual([
      ['a', null],
      ['a 3', twice('a')],
      ['a 2', null],
    ])
    expect(titlesOf('é,e\u0301,x').map(([title]) => title)).toEqual(['é', 'e\u0301 2', 'x'])
  })

  test('what an export put before a formula comes off', () => {
    expect(titlesOf("'=a,'b,c").map(([title]) => title)).toEqual(['=a', "'b", 'c'])
  })

  test('long ones are cut, also where they are numbered', () => {
    const long = 'x'.repeat(300)
    expect(titlesOf(`${long},${long},c`).map(([title]) => title)).toEqual(['x'.repeat(255), `${'x'.repeat(247)} 2`, 'c'])
  })
})

describe('a file with types', () => {
  test('gets exactly those, whatever is in it', () => {
    const head = 'Id (ID),Code (SingleLineText),Done (Checkbox),Tags (MultiSelect),CreatedAt (CreateTime),A (b) (Number)'
    const { columns, questions } = propose(`${head}\r\n1,12,true,"a,b",2026-01-01 10:00:00+00:00,1\r\n`)
    expect(columns.map(({ title, type, role }) => [title, type, role])).toEqual([
      ['Id', 'ID', 'id'],
      ['Code', 'SingleLineText', 'data'],
      ['Done', 'Checkbox', 'data'],
      ['Tags', 'MultiSelect', 'data'],
      ['CreatedAt', 'CreateTime', 'data'],
      ['A (b)', 'Number', 'data'],
    ])
    expect(questions).toEqual([])
  })

  test('with a separator that is not ours is one without', () => {
    expect(propose('Id (ID);Code (SingleLineText)\n1;2\n').columns.map(({ title, type }) => [title, type])).toEqual([
      ['Id (ID)', 'Number'],
      ['Code (SingleLineText)', 'Number'],
    ])
  })
})

describe('options', () => {
  test('are the different values, in the order of the file', () => {
    const { scan: known } = scan(encode('a,b\nred,"x, y"\n green,y\nred,z;x\n'))
    expect(selectOptions(known, 0, 'one')).toEqual(['red', 'green'])
    expect(selectOptions(known, 1, 'several')).toEqual(['x', 'y', 'z'])
  })

  test('are none where they are too many, or no title can be that', () => {
    const { scan: many } = scan(encode(`a,b\n${times(301, (index) => `v${index},1`).join('\n')}`))
    expect(selectOptions(many, 0, 'one')).toBeNull()
    expect(selectOptions(scan(encode('a,b\n"x\ny",1\n')).scan, 0, 'one')).toBeNull()
  })
})

describe('what is known of a file', () => {
  test('is found in time that grows with its size alone', () => {
    const startedAt = performance.now()
    for (const text of [
      ' '.repeat(1_000_000),
      '1'.repeat(1_000_000),
      '1,'.repeat(500_000),
      `${'"'.repeat(999_999)}x`,
      ' "'.repeat(500_000),
    ]) {
      propose(`a,b\n${quoted(text)},1\n${text},2`, { separator: ';' })
      propose(`${quoted(`x${text}x`)};b\n1;2\n`, { separator: ';' })
    }
    // A few hundred milliseconds; a pass for each character would take hours.
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  }, 20_000)

  test('stays small, however long the file is and whatever is in it', () => {
    const cells = (row: number) =>
      times(
        99,
        (column) =>
          [
            'x'.repeat(200) + String(row),
            String(row),
            `${row}.${row}`,
            `1${row}.01.2026`,
            `"${row},5"`,
            '€',
            `${row}%`,
            `<${row}>`,
          ][(row + column) % 8] ?? '',
      )
    const rows = times(3000, (row) => cells(row).join(','))
    const { scan: known } = scan(encode([times(99, (column) => `c${column}`).join(','), ...rows].join('\n')), {}, 500)
    expect(JSON.stringify(known).length).toBeLessThan(1_000_000)
  })

  test('does not depend on where the file was parted', () => {
    const cell = fc.constantFrom(
      '1',
      '1.5',
      '1,5',
      '1.234',
      '007',
      'x',
      '',
      'NA',
      '01/02/2026',
      '13/01/2026',
      '2026-01-31',
      'Yes',
      'No',
      '12%',
    )
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), (values, size) => {
        const bytes = encode(`Id,b\n${values.map((row) => row.map(quoted).join(',')).join('\n')}`)
        expect(scan(bytes, {}, size)).toEqual(scan(bytes, {}, 1000))
      }),
    )
  })

  test('says of a text column whether it needs long texts', () => {
    const { scan: known } = scan(encode(`a,b,c\nx,"y\nz",${'w'.repeat(256)}\n`))
    expect([0, 1, 2].map((index) => textType(known, index))).toEqual(['SingleLineText', 'LongText', 'LongText'])
  })
})
