import { describe, expect, test } from 'vitest'
import { refusalOf } from './refusal'
import { NOW, THINGS, makeTable, filterSql } from './table'
import { fastest } from '../../support/fastest'

/** SQL and parameters of a `where` over THINGS. */
function compiled(where: string): [sql: string, ...params: unknown[]] {
  const filter = filterSql(THINGS, { where }, NOW)
  if (filter === null) throw new Error('expected a filter')
  return [filter.sql, ...filter.values]
}

const refused = (where: string) => refusalOf(() => filterSql(THINGS, { where }, NOW))

describe('a condition becomes SQL with bound values', () => {
  test.each<[where: string, sql: string, ...params: unknown[]]>([
    ['(Title,eq,a)', 't."c2" = ?', 'a'],
    ['(Title,eq,)', 't."c2" = ?', ''],
    ['(Title,eq, a)', 't."c2" = ?', ' a'],
    ['(Title,neq,a)', '(t."c2" = ?) IS NOT TRUE', 'a'],
    ['(Title,not,a)', '(t."c2" = ?) IS NOT TRUE', 'a'],
    ['(Qty,gt,3)', 't."c3" > ?', 3],
    ['(Qty,lt,2.5)', 't."c3" < ?', 2.5],
    ['(Qty,ge,-3)', 't."c3" >= ?', -3],
    ['(Qty,gte, 1e3 )', 't."c3" >= ?', 1000],
    ['(Qty,le,.5)', 't."c3" <= ?', 0.5],
    ['(Qty,lte,+9007199254740991)', 't."c3" <= ?', 9007199254740991],
    ['(Price (EUR),eq,0.1)', 't."c4" = ?', 0.1],
    ['(Done,eq,true)', 't."c5" = ?', 1],
    ['(Done,eq,False)', 't."c5" = ?', 0],
    ['(Done,eq,1)', 't."c5" = ?', 1],
    ['(Time,ge,09:30)', 't."c8" >= ?', '09:30:00'],
    ['(Time,eq,23:59:59)', 't."c8" = ?', '23:59:59'],
    ['(Status,eq,No such option)', 't."c9" = ?', 'No such option'],
    ['(Tags,eq,a,b)', 't."c10" = ?', 'a,b'],
    ['(Stars,eq,0)', 'coalesce(t."c11", 0) = ?', 0],
    ['(Stars,null)', 't."c11" IS NULL'],
    ['(Files,eq,{ "a": 1 })', '(t."c12" = ? OR t."c12" = ?)', '{"a":1}', String.raw`"{ \"a\": 1 }"`],
    ['(Files,eq,a)', '(t."c12" = ? OR t."c12" = ?)', 'a', '"a"'],
    ['(Title,eq,é)', '(t."c2" = ? OR t."c2" = ?)', 'é', 'e\u0301'],
    ['(Title,neq,e\u0301)', '((t."c2" = ? OR t."c2" = ?)) IS NOT TRUE', 'e\u0301', 'é'],
    ['(Title,gt,é)', 't."c2" > ?', 'é'],
    ['(Title,in,é,a)', 't."c2" IN (SELECT value FROM json_each(?))', '["é","e\u0301","a"]'],
    ['(Title,in,"x, y",z)', '(t."c2" = ? OR t."c2" = ?)', 'x, y', 'z'],
    ['(Title,in,"a)b")', 't."c2" = ?', 'a)b'],
    ['(Title,eq,"x, y")', 't."c2" = ?', '"x, y"'],
    ['@("Last, First",eq,"a)b")', 't."c14" = ?', 'a)b'],
    ['(Qty,btw,"1", 9)', '(t."c3" >= ? AND t."c3" <= ?)', 1, 9],
    ['(Tags,anyof,"a")', `instr(',' || t."c10" || ',', ?) > 0`, ',a,'],
    ['(Tags,allof,é)', `(instr(',' || t."c10" || ',', ?) > 0 OR instr(',' || t."c10" || ',', ?) > 0)`, ',é,', ',e\u0301,'],
    ['(Title,null)', 't."c2" IS NULL'],
    ['(Title,notnull,)', '(t."c2" IS NULL) IS NOT TRUE'],
    ['(Title,null,ignored)', 't."c2" IS NULL'],
    ['(Title,empty)', `t."c2" = ''`],
    ['(Title,notempty)', `((t."c2" IS NULL) IS NOT TRUE AND (t."c2" = '') IS NOT TRUE)`],
    ['(Title,blank)', `(t."c2" IS NULL OR t."c2" = '')`],
    ['(Title,notblank)', `((t."c2" IS NULL OR t."c2" = '')) IS NOT TRUE`],
    ['(Qty,empty)', 't."c3" IS NULL'],
    ['(Qty,notempty)', '(t."c3" IS NULL) IS NOT TRUE'],
    ['(Qty,blank)', 't."c3" IS NULL'],
    ['(Files,null)', `(t."c12" IS NULL OR t."c12" = 'null')`],
    ['(Files,empty)', `(t."c12" = '' OR t."c12" = '""')`],
    ['(Files,blank)', `(t."c12" = '[]' OR ((t."c12" IS NULL OR t."c12" = 'null') OR (t."c12" = '' OR t."c12" = '""')))`],
    ['(Done,checked)', 't."c5" = ?', 1],
    ['(Done,notchecked)', '(t."c5" = ?) IS NOT TRUE', 1],
    ['(Title,is,null)', 't."c2" IS NULL'],
    ['(Title,is,notnull)', '(t."c2" IS NULL) IS NOT TRUE'],
    ['(Title,is,empty)', `t."c2" = ''`],
    ['(Title,isnot,null)', '(t."c2" IS NULL) IS NOT TRUE'],
    ['(Title,isnot,notnull)', 't."c2" IS NULL'],
    ['(Title,isnot,notempty)', `t."c2" = ''`],
    ['(Done,is,true)', 't."c5" = ?', 1],
    ['(Done,isnot,true)', '(t."c5" = ?) IS NOT TRUE', 1],
    ['(Qty,btw,1, 9)', '(t."c3" >= ? AND t."c3" <= ?)', 1, 9],
    ['(Qty,nbtw,1,9)', '((t."c3" >= ? AND t."c3" <= ?)) IS NOT TRUE', 1, 9],
    ['(Qty,in,7)', 't."c3" = ?', 7],
    ['(Title,in,a, b)', '(t."c2" = ? OR t."c2" = ?)', 'a', 'b'],
    ['(Title,in,a,b,c,d)', 't."c2" IN (SELECT value FROM json_each(?))', '["a","b","c","d"]'],
    ['(Qty,in,1,2.5,3,4)', 't."c3" IN (SELECT value FROM json_each(?))', '[1,2.5,3,4]'],
    ['(Tags,anyof,a)', `instr(',' || t."c10" || ',', ?) > 0`, ',a,'],
    ['(Tags,allof,a,b)', `(instr(',' || t."c10" || ',', ?) > 0 AND instr(',' || t."c10" || ',', ?) > 0)`, ',a,', ',b,'],
    ['(Tags,nanyof,a)', `(instr(',' || t."c10" || ',', ?) > 0) IS NOT TRUE`, ',a,'],
    ['(Status,anyof,a,b)', '(t."c9" = ? OR t."c9" = ?)', 'a', 'b'],
    ['(Status,anyof,a,b,c)', 't."c9" IN (SELECT value FROM json_each(?))', '["a","b","c"]'],
    ['(Status,nanyof,a)', '(t."c9" = ?) IS NOT TRUE', 'a'],
    ['(Status,allof,a,a)', 't."c9" = ?', 'a'],
    ['(Status,allof,a,b)', '0'],
    [
      '(Tags,anyof,a,b,c,d,)',
      `(SELECT max(instr(',' || t."c10" || ',', j.value)) FROM json_each(?) AS j) > 0`,
      '[",a,",",b,",",c,",",d,"]',
    ],
    [
      '(Tags,allof,a,b,c,d)',
      `(SELECT min(instr(',' || t."c10" || ',', j.value)) FROM json_each(?) AS j) > 0`,
      '[",a,",",b,",",c,",",d,"]',
    ],
  ])('%s', (where, ...expected) => {
    expect(compiled(where)).toEqual(expected)
  })
})

describe('like', () => {
  const contains = 'instr(lower(t."c2"), ?) > 0'
  const startsWith = 'instr(lower(t."c2"), ?) = 1'
  const endsWith = 'substr(lower(t."c2"), ?) = ?'
  const pattern = `lower(t."c2") LIKE ? ESCAPE '!'`
  const reading = (times: number): string => `${'replace('.repeat(times)}lower(t."c2")${', ?, ?)'.repeat(times)}`
  const present = '(t."c2" IS NULL) IS NOT TRUE'
  test.each<[value: string, sql: string, ...params: unknown[]]>([
    ['abc', contains, 'abc'],
    ['%abc%', contains, 'abc'],
    ['%%abc%%', contains, 'abc'],
    ['abc%', startsWith, 'abc'],
    ['%abc', endsWith, -3, 'abc'],
    ['%Ä📏', `substr(${reading(2)}, ?) = ?`, 'a\u0308', 'ä', 'Ä', 'ä', -2, 'ä📏'],
    ['ł', `instr(${reading(1)}, ?) > 0`, 'Ł', 'ł', 'ł'],
    ['Ж%', `instr(${reading(1)}, ?) = 1`, 'Ж', 'ж', 'ж'],
    ['日本', contains, '日本'],
    ['A_b!', contains, 'a_b!'],
    [String.raw`100\%`, contains, '100%'],
    [String.raw`\%%`, startsWith, '%'],
    [String.raw`%\\%`, contains, '\\'],
    [String.raw`a\\\%b`, contains, String.raw`a\%b`],
    [String.raw`C:\dir\\x\ `, contains, String.raw`c:\dir\\x\ `],
    [String.raw`50\%%b`, pattern, '%50!%%b%'],
    ['a%b', pattern, '%a%b%'],
    ['a%b%', pattern, 'a%b%'],
    ['%a%b', pattern, '%a%b'],
    ['%A_!%b%', pattern, '%a!_!!%b%'],
    ['', present],
    ['%', present],
    ['%%%', present],
  ])('of %j', (value, ...expected) => {
    expect(compiled(`(Title,like,${value})`)).toEqual(expected)
  })

  test('nlike is everything else, NULL included', () => {
    expect(compiled('(Title,nlike,abc)')).toEqual([`(${contains}) IS NOT TRUE`, 'abc'])
  })

  test('of a number looks at it as text', () => {
    expect(compiled('(Qty,like,5)')).toEqual(['instr(lower(CAST(t."c3" AS TEXT)), ?) > 0', '5'])
    expect(compiled('(Price (EUR),like,5)')[0]).toMatch(/^instr\(lower\(\(SELECT CASE WHEN x=round\(x\) THEN printf\('%d',x\)/)
  })

  test('of JSON looks at its text and at the string it may be', () => {
    const string = `iif(json_valid(t."c12") AND substr(t."c12", 1, 1) = '"', t."c12" ->> '$', NULL)`
    expect(compiled('(Files,like,a)')).toEqual([`(instr(lower(t."c12"), ?) > 0 OR instr(lower(${string}), ?) > 0)`, 'a', 'a'])
  })

  test('of more letters than nest looks for the beginning first', () => {
    const alphabet = 'абвгдежзийклмнопрстуфхцчшщъыьэюя'
    const [text, ...values] = compiled(`(Title,like,${alphabet})`)
    expect(text).toMatch(/^instr\(iif\(instr\(replace\(.* > 0, \(WITH RECURSIVE f\(p, i, r\) AS /)
    expect(values).toContain(alphabet)
  })

  test('of more different letters than a query can read is refused', () => {
    const letters = Array.from({ length: 401 }, (_, index) => String.fromCodePoint(0xac00 + index)).join('')
    expect(refused(`(Title,like,${letters})`)).toMatchObject({
      code: 'INVALID_FILTER',
      message: expect.stringContaining('too many different letters'),
      details: { position: 12, field: 'Title' },
    })
  })

  describe('with % in the middle', () => {
    const walk = (pieces: number, { begins = '', ends = '1' } = {}): string =>
      '(WITH RECURSIVE s(p, i, r) AS (SELECT ?, 0, lower(t."c2") UNION ALL ' +
      `SELECT p, i + 1, substr(r, instr(r, p->>i) + length(p->>i)) FROM s WHERE instr(r, p->>i) > 0${begins}) ` +
      `SELECT ${ends} FROM s WHERE i = ${pieces})`
    const long = '日'.repeat(30)

    test('is a LIKE pattern of up to 50 bytes, wildcards and escapes included', () => {
      expect(compiled(`(Title,like,${'a'.repeat(46)}%b)`)).toEqual([pattern, `%${'a'.repeat(46)}%b%`])
      expect(compiled(`(Title,like,${'a'.repeat(47)}%b)`)).toEqual([walk(2), `["${'a'.repeat(47)}","b"]`])
    })

    test.each<[value: string, sql: string, ...params: unknown[]]>([
      [`${long}%%B`, walk(2), `["${long}","b"]`],
      [`${long}%B%`, walk(2, { begins: ' AND (i > 0 OR instr(r, p->>i) = 1)' }), `["${long}","b"]`],
      [`%B%📏${long}`, walk(1, { ends: 'substr(r, -31) = ?' }), '["b"]', `📏${long}`],
      [`%a%"${long}%`, walk(2), `["a","\\"${long}"]`],
    ])('is looked for piece by piece beyond that: %j', (value, ...expected) => {
      expect(compiled(`(Title,like,${value})`)).toEqual(expected)
    })

    test('is read in one form there too', () => {
      const [text, ...values] = compiled(`(Title,like,${'Ä'.repeat(30)}%b)`)
      expect(text).toContain(`SELECT ?, 0, ${reading(2)} UNION ALL`)
      expect(values).toEqual([`["${'ä'.repeat(30)}","b"]`, 'a\u0308', 'ä', 'Ä', 'ä'])
    })

    test('may have 100 pieces', () => {
      expect(compiled(`(Title,like,${'a%'.repeat(99)}a)`)).toHaveLength(2)
      expect(refused(`(Title,like,${'a%'.repeat(100)}a)`)).toMatchObject({
        code: 'INVALID_FILTER',
        message: expect.stringContaining('100 texts'),
        details: { position: 12, field: 'Title' },
      })
    })
  })

  test('without % in the middle may be of any length', () => {
    expect(compiled(`(Title,like,${'a'.repeat(4000)})`)[1]).toHaveLength(4000)
  })
})

describe('dates', () => {
  const day = 't."c6" = ?'
  const span = '(t."c7" >= ? AND t."c7" < ?)'
  const january31 = ['2026-01-31 00:00:00+00:00', '2026-02-01 00:00:00+00:00']
  test.each<[where: string, sql: string, ...params: unknown[]]>([
    ['(Day,eq,2026-01-31)', day, '2026-01-31'],
    ['(Day,gt,2026-01-31)', 't."c6" > ?', '2026-01-31'],
    ['(Day,eq,2026-01-31T23:30:00-02:00)', day, '2026-02-01'],
    ['(Day,eq,exactDate,2026-01-31)', day, '2026-01-31'],
    ['(Day,eq, exactDate, 2026-01-31)', day, '2026-01-31'],
    ['(Day,eq,0031-12-31)', day, '0031-12-31'],
    ['(Day,eq,2024-02-29)', day, '2024-02-29'],
    ['(Day,eq,today)', day, '2026-03-31'],
    ['(Day,eq,today,)', day, '2026-03-31'],
    ['(Day,eq,tomorrow)', day, '2026-04-01'],
    ['(Day,eq,yesterday)', day, '2026-03-30'],
    ['(Day,eq,oneWeekAgo)', day, '2026-03-24'],
    ['(Day,eq,oneWeekFromNow)', day, '2026-04-07'],
    ['(Day,eq,oneMonthAgo)', day, '2026-02-28'],
    ['(Day,eq,oneMonthFromNow)', day, '2026-04-30'],
    ['(Day,eq,daysAgo,31)', day, '2026-02-28'],
    ['(Day,eq,daysFromNow,1)', day, '2026-04-01'],
    ['(Day,btw,oneWeekAgo,2026-03-31)', '(t."c6" >= ? AND t."c6" <= ?)', '2026-03-24', '2026-03-31'],
    [
      '(Day,in,2026-01-01,2026-01-02,2026-01-03,today)',
      't."c6" IN (SELECT value FROM json_each(?))',
      '["2026-01-01","2026-01-02","2026-01-03","2026-03-31"]',
    ],
    ['(At,eq,2026-01-31T09:30:00Z)', 't."c7" = ?', '2026-01-31 09:30:00+00:00'],
    ['(At,eq,2026-01-31 09:30:00+00:00)', 't."c7" = ?', '2026-01-31 09:30:00+00:00'],
    ['(At,eq,2026-01-31 09:30:00 00:00)', 't."c7" = ?', '2026-01-31 09:30:00+00:00'],
    ['(At,gt,2026-01-31T09:30+02:00)', 't."c7" > ?', '2026-01-31 07:30:00+00:00'],
    ['(At,lt,2026-01-31T23:30:00.999-0130)', 't."c7" < ?', '2026-02-01 01:00:00.999+00:00'],
    ['(At,le,2026-01-31 09:30)', 't."c7" <= ?', '2026-01-31 09:30:00+00:00'],
    ['(At,eq,2026-01-31)', span, ...january31],
    ['(At,neq,2026-01-31)', `(${span}) IS NOT TRUE`, ...january31],
    ['(At,gt,2026-01-31)', 't."c7" >= ?', january31[1]],
    ['(At,ge,2026-01-31)', 't."c7" >= ?', january31[0]],
    ['(At,lt,2026-01-31)', 't."c7" < ?', january31[0]],
    ['(At,le,2026-01-31)', 't."c7" < ?', january31[1]],
    ['(At,btw,2026-01-31,2026-01-31)', span, ...january31],
    ['(At,eq,today)', span, '2026-03-31 00:00:00+00:00', '2026-04-01 00:00:00+00:00'],
    ['(At,gt,daysAgo,7)', 't."c7" >= ?', '2026-03-25 00:00:00+00:00'],
    ['(At,le,9999-12-31)', 't."c7" < ?', '9999-12-31 24'],
    [
      '(At,in,2026-01-31,2026-02-01T00:00:00Z,2026-02-02,2026-02-03T00:00:00Z)',
      '(t."c7" IN (SELECT value FROM json_each(?)) OR substr(t."c7", 1, 10) IN (SELECT value FROM json_each(?)))',
      '["2026-02-01 00:00:00+00:00","2026-02-03 00:00:00+00:00"]',
      '["2026-01-31","2026-02-02"]',
    ],
  ])('%s', (where, ...expected) => {
    expect(compiled(where)).toEqual(expected)
  })

  test.each([
    ['pastWeek', '2026-03-24', '2026-03-31'],
    ['pastMonth', '2026-02-28', '2026-03-31'],
    ['pastYear', '2025-03-31', '2026-03-31'],
    ['nextWeek', '2026-03-31', '2026-04-07'],
    ['nextMonth', '2026-03-31', '2026-04-30'],
    ['nextYear', '2026-03-31', '2027-03-31'],
    ['pastNumberOfDays,3', '2026-03-28', '2026-03-31'],
    ['nextNumberOfDays,3', '2026-03-31', '2026-04-03'],
    ['nextNumberOfDays,0', '2026-03-31', '2026-03-31'],
  ])('isWithin %s is a window that includes both ends', (window, from, to) => {
    expect(compiled(`(Day,isWithin,${window})`)).toEqual(['(t."c6" >= ? AND t."c6" <= ?)', from, to])
    const noon = '12:00:00+00:00'
    expect(compiled(`(At,isWithin,${window})`)).toEqual(['(t."c7" >= ? AND t."c7" <= ?)', `${from} ${noon}`, `${to} ${noon}`])
  })
})

describe('fields are found', () => {
  test.each([
    ['by title', '(Größe 📏,eq,a)', 't."c13" = ?'],
    ['by title in another Unicode form', `(${'Größe 📏'.normalize('NFD')},eq,a)`, 't."c13" = ?'],
    ['by id', '(cl_13,eq,a)', 't."c13" = ?'],
    ['by column_name', '(price_(eur),eq,1)', 't."c4" = ?'],
    ['by title with blanks around it', '( Title , eq, a)', 't."c2" = ?'],
    ['by id when the title has a comma', '(cl_14,eq,a)', 't."c14" = ?'],
  ])('%s', (_, where, sql) => {
    expect(compiled(where)[0]).toBe(sql)
  })

  test('by title before id, and by id before column_name', () => {
    const table = makeTable([
      ['cl_2', 'Number'], // id cl_1, column_name cl_2
      ['CL_3', 'Number'], // id cl_2, column_name cl_3
      ['Other', 'Number'], // id cl_3
    ])
    const sqlOf = (where: string) => filterSql(table, { where }, NOW)?.sql
    expect(sqlOf('(cl_2,eq,1)')).toBe('t."c1" = ?')
    expect(sqlOf('(cl_3,eq,1)')).toBe('t."c3" = ?')
    expect(sqlOf('(other,eq,1)')).toBe('t."c3" = ?')
  })

  test('and an exact title wins over the same with blanks', () => {
    const table = makeTable([
      ['Title', 'Number'],
      [' Title', 'Number'],
    ])
    expect(filterSql(table, { where: '( Title,eq,1)' }, NOW)?.sql).toBe('t."c2" = ?')
  })

  test.each(['Nope', 'TITLE', '__proto__', 'constructor', 'c2', 'Ti\0tle', '"', 't."c2" OR 1'])('%j is not one', (field) => {
    expect(refused(`(Qty,gt,1)~and(${field},eq,1)`)).toMatchObject({ code: 'FIELD_NOT_FOUND', details: { field, position: 15 } })
  })
})

describe('what does not fit is refused with its place', () => {
  test.each([
    ['an unknown operator', '(Title,foo,a)', 7, '"foo" is not an operator; expected one of eq, neq'],
    ['an operator in capitals', '(Title,EQ,a)', 7, 'did you mean eq?'],
    ['isWithin in small letters', '(Day,iswithin,pastWeek)', 5, 'did you mean isWithin?'],
    ['a sign for an operator', '(Qty,>=,1)', 5, 'did you mean gte?'],
    ['the name of a prototype as operator', '(Title,__proto__,a)', 7, 'is not an operator'],
    ['the name of a method as operator', '(Title,toString,a)', 7, 'is not an operator'],
    ['no value', '(Title,eq)', 9, 'eq needs a value, as in (Title,eq,value).'],
    ['a text for a number', '(Qty,lt,abc)', 8, '"abc" is not a number'],
    ['an empty text for a number', '(Qty,eq,)', 8, '"" is not a number'],
    ['hexadecimal digits', '(Qty,eq,0x10)', 8, 'is not a number'],
    ['Infinity', '(Qty,eq,Infinity)', 8, 'is not a number'],
    ['a number beyond doubles', '(Qty,eq,1e999)', 8, 'is not a number'],
    ['an integer that a double cannot hold', '(Qty,eq,9007199254740993)', 8, 'is not a number'],
    ['a text in a list of numbers', '(Qty,in,1,x,3)', 8, '"x" is not a number'],
    ['a text in a long list of numbers', '(Qty,in,1,2,3,4,x)', 8, '"x" is not a number'],
    ['a gap in a list of numbers', '(Qty,in,1,,3)', 8, '"" is not a number'],
    ['text after a quoted item', '(Title,in,a, "b" c)', 17, 'expected a comma or the end after the quoted value'],
    ['text after a quoted item that spaces precede', '(Title, in,  a,"b"c)', 18, 'expected a comma or the end'],
    ['one bound', '(Qty,btw,1)', 9, 'two values'],
    ['three bounds', '(Qty,nbtw,1,2,3)', 10, 'two values'],
    ['a text for a checkbox', '(Done,eq,yes)', 9, 'is not true or false'],
    ['an order of checkboxes', '(Done,gt,0)', 6, 'gt is not for Checkbox fields.'],
    ['a text search in checkboxes', '(Done,like,t)', 6, 'like is not for Checkbox fields.'],
    ['checked texts', '(Title,checked)', 7, 'checked is not for SingleLineText fields.'],
    ['a set of texts', '(Title,anyof,a)', 7, 'anyof is not for SingleLineText fields.'],
    ['an empty set', '(Tags,allof,,)', 12, 'allof needs at least one option.'],
    ['an order of sets', '(Tags,gt,a)', 6, 'gt is not for MultiSelect fields.'],
    ['a window of numbers', '(Qty,isWithin,pastWeek)', 5, 'isWithin is not for Number fields.'],
    ['an unknown window', '(Day,isWithin,today)', 14, '"today" is not known here; expected pastWeek'],
    ['a window without its number', '(Day,isWithin,pastNumberOfDays)', 14, 'is not known here'],
    ['a window with a number too many', '(Day,isWithin,pastWeek,2)', 14, 'is not known here'],
    ['a window as a date', '(Day,eq,pastWeek)', 8, '"pastWeek" is not a date'],
    ['a day that does not exist', '(Day,eq,2026-02-30)', 8, '"2026-02-30" is not a date'],
    ['a time that does not exist', '(At,eq,2026-01-31T24:00:00Z)', 7, 'is not a date'],
    ['an offset that does not exist', '(At,eq,2026-01-31T00:00:00+24:00)', 7, 'is not a date'],
    ['a year beyond 9999 through an offset', '(At,eq,9999-12-31T23:30:00-01:00)', 7, 'is not a date'],
    ['a day before the year 0', '(Day,eq,daysAgo,9999999)', 8, 'is not a date'],
    ['a negative number of days', '(Day,eq,daysAgo,-1)', 8, 'is not a date'],
    ['daysAgo without its number', '(Day,eq,daysAgo)', 8, 'is not a date'],
    ['today with a number', '(Day,eq,today,1)', 8, 'is not a date'],
    ['the name of a prototype as date', '(Day,eq,__proto__)', 8, 'is not a date'],
    ['a date in another order', '(Day,eq,31.01.2026)', 8, 'is not a date'],
    ['an hour of 25', '(Time,eq,25:00)', 9, 'is not a time'],
    ['an unknown state', '(Title,is,nothing)', 10, 'is takes null, notnull, empty, notempty, true or false.'],
    ['a true text', '(Title,is,true)', 10, 'true and false are not for SingleLineText fields.'],
    ['NUL in a value', '(Title,eq,a\0b)', 10, 'NUL'],
  ])('%s', (_, where, position, message) => {
    const field = /^\((\w+)/.exec(where)?.[1]
    expect(refused(where)).toEqual({
      code: 'INVALID_FILTER',
      message: expect.stringContaining(message),
      details: { position, field },
    })
  })

  test('and so is a text that is no filter', () => {
    expect(refused('garbage')).toMatchObject({
      code: 'INVALID_FILTER',
      message: 'The filter cannot be read at character 0: expected "(" to begin a condition, as in (Title,eq,value).',
      details: { position: 0 },
    })
  })

  test.each([
    ['digits that are no number', '(Qty,eq,', '1', 'x)'],
    ['numbers', '(Qty,in,', '1,', '2)'],
    ['texts in a list of numbers', '(Qty,in,', 'a,', '2)'],
    ['bounds', '(Qty,btw,', ',', '1)'],
    ['days', '(Day,in,', 'today,', 'today)'],
    ['moments', '(At,in,', 'oneMonthAgo,', 'today)'],
    ['what is no JSON', '(Files,in,', '{,', '1)'],
    ['options', '(Tags,anyof,', 'a,', 'b)'],
    ['pieces', '(Title,like,', '%a', 'b)'],
  ])('256 KB of %s are refused in under 50 ms', async (_, before, unit, after) => {
    const where = before + unit.repeat(Math.floor((262_144 - before.length - after.length) / unit.length)) + after
    expect(await fastest(50, () => expect(refused(where).code).toBe('INVALID_FILTER'))).toBeLessThan(50)
  })

  test('lists of 8,000 values are read, and one more value is not, in however many lists and in either parameter', () => {
    const list = (count: number) => `(Title,in,${Array.from({ length: count }, (__, index) => index).join(',')})`
    const filterArrJson = JSON.stringify([{ fk_column_id: 'cl_2', comparison_op: 'in', value: Array(4000).fill('a') }])
    expect(compiled(list(8000))).toHaveLength(2)
    expect(refused(list(8001)).message).toBe('The lists of a filter may have 8000 values together; here are more.')
    expect(refused(`${list(4000)}~and~not(${list(4001)})`).code).toBe('INVALID_FILTER')
    expect(filterSql(THINGS, { where: list(4000), filterArrJson }, NOW)?.values).toHaveLength(2)
    expect(refusalOf(() => filterSql(THINGS, { where: list(4001), filterArrJson }, NOW)).code).toBe('INVALID_FILTER')
  })
})

describe('trees', () => {
  test('keep their groups', () => {
    expect(compiled('((Qty,gt,1)~or(Qty,lt,0))~and~not(Title,eq,a)')).toEqual([
      '((t."c3" > ? OR t."c3" < ?) AND (t."c2" = ?) IS NOT TRUE)',
      1,
      0,
      'a',
    ])
  })

  test('without conditions are null', () => {
    expect(filterSql(THINGS, { where: ' ', filterArrJson: '[]' }, NOW)).toBeNull()
    expect(filterSql(THINGS, {}, NOW)).toBeNull()
  })

  test('of values that need no type check carry request text only as parameters', () => {
    const evil = `x') OR 1=1; DROP TABLE "ut_1" --`
    const [sql, ...params] = compiled(`(Title,eq,${evil.replace(')', '')})~or(Title,like,'; DROP)~or(Tags,anyof,a','b)`)
    expect(sql).not.toMatch(/DROP|1=1|--/)
    expect(params).toContain(evil.replace(')', ''))
  })
})

/** A filter of `count` values. */
const many = (count: number): [string, ...unknown[]] =>
  compiled(Array.from({ length: count }, (_, i) => `(Qty,eq,${i})`).join('~or'))

describe('parameters', () => {
  test('80 values are 80 parameters', () => {
    expect(many(80).slice(1)).toEqual(Array.from({ length: 80 }, (_, index) => index))
  })

  test('more values are one JSON parameter', () => {
    const [sql, ...params] = many(81)
    expect(params).toEqual([JSON.stringify(Array.from({ length: 81 }, (_, index) => index))])
    expect(sql).toMatch(/^\(WITH vals\(v\) AS \(SELECT \?\), w0 AS MATERIALIZED \(SELECT v->>0 AS a0, v->>1 AS a1,/)
    expect(sql).toContain('t."c3" = w0.a80')
    expect(sql).toMatch(/ FROM w0\)$/)
  })

  test('no table of values has more than 100 columns', () => {
    const [sql, ...params] = many(500)
    expect(params).toHaveLength(1)
    expect(sql.match(/ AS MATERIALIZED /g)).toHaveLength(5)
    expect(sql).toContain('w4.a499')
    expect(sql.length).toBeLessThan(60_000)
  })

  test('lists of a filter with many values are in the same parameter', () => {
    const lists = '(Title,in,a,b,c,d)~or'.repeat(81)
    const [sql, ...params] = compiled(`${lists}(Tags,anyof,a,b,c,d)`)
    expect(params).toHaveLength(1)
    expect(sql).toContain(`t."c2" IN (SELECT j.value FROM vals, json_each(v, '$[80]') AS j)`)
    expect(sql).toContain('FROM json_each(w0.a81) AS j')
  })

  test('a list of 5,000 values is one parameter', () => {
    const value = Array.from({ length: 5000 }, (_, index) => index)
    const filterArrJson = JSON.stringify([{ fk_column_id: 'cl_3', comparison_op: 'in', value }])
    const filter = filterSql(THINGS, { filterArrJson }, NOW)
    expect(filter?.sql).toBe('t."c3" IN (SELECT value FROM json_each(?))')
    expect(filter?.values).toEqual([JSON.stringify(value)])
  })

  test.each([
    ['instructions', { fk_column_id: 'cl_7', comparison_op: 'in', value: '2026-01-31,2026-02-01T09:30Z' }, 260],
    ['SQL', { fk_column_id: 'cl_4', comparison_op: 'like', value: '%5' }, 500],
  ])('a filter of more %s than D1 runs is refused, not tried', (what, filter, count) => {
    const suffix = what === 'SQL' ? '_with_a_long_name' : ''
    const columns = THINGS.columns.map((column) => ({ ...column, physicalName: column.physicalName + suffix }))
    const filterArrJson = JSON.stringify(Array.from({ length: count }, () => filter))
    const { code, message } = refusalOf(() => filterSql({ ...THINGS, columns }, { filterArrJson }, NOW))
    expect([code, message]).toEqual([
      'INVALID_FILTER',
      'The filter asks for more than one query can do; use fewer conditions or shorter lists.',
    ])
  })
})
