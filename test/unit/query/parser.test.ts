import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Condition, type FilterNode, chain, countConditions } from '../../../src/data/query/ast'
import { type ParseError, parseWhere } from '../../../src/data/query/parser'
import { fastest } from '../../support/fastest'

function tree(text: string): FilterNode | null {
  const result = parseWhere(text)
  if (!result.ok) throw new Error(`${result.error.position}: ${result.error.message}`)
  return result.ast
}

function error(text: string): ParseError {
  const result = parseWhere(text)
  if (result.ok) throw new Error(`expected an error, got ${JSON.stringify(result.ast)}`)
  return result.error
}

/** A tree as short text: `and(a eq 1, not(b eq 2))`. */
function show(node: FilterNode | null): string {
  if (node === null) return ''
  if (node.type === 'condition') return `${node.field} ${node.operator} ${JSON.stringify(node.value)}`
  if (node.type === 'not') return `not(${show(node.child)})`
  return `${node.type}(${node.children.map(show).join(', ')})`
}

function condition(text: string): Condition {
  const node = tree(text)
  if (node?.type !== 'condition') throw new Error(`expected one condition, got ${show(node)}`)
  return node
}

describe('a condition', () => {
  test('is a field, an operator and a value, each with its position', () => {
    expect(tree('(Title,eq,a)')).toEqual({
      type: 'condition',
      field: 'Title',
      fieldBy: 'title',
      operator: 'eq',
      subOperator: null,
      value: 'a',
      at: { field: { position: 1 }, operator: { position: 7 }, value: { position: 10 } },
    })
  })

  test.each([
    ['a value keeps its commas', '(Title,eq,a,b,,c)', 'Title', 'eq', 'a,b,,c'],
    ['a value may be empty', '(Title,eq,)', 'Title', 'eq', ''],
    ['a value keeps pairs of parentheses', '(Title,eq,a (b) (c(d)))', 'Title', 'eq', 'a (b) (c(d))'],
    ['a value may look like a condition', '(Title,eq,(a,eq,b))', 'Title', 'eq', '(a,eq,b)'],
    ['a value may contain words of the language', '(Title,eq,a~or(b)~and)', 'Title', 'eq', 'a~or(b)~and'],
    ['a value keeps its blanks', '(Title,eq, a )', 'Title', 'eq', ' a '],
    ['a field may contain pairs of parentheses', '(Price (EUR),gt,5)', 'Price (EUR)', 'gt', '5'],
    ['a field may contain an open parenthesis', '(a(b,gt,5)', 'a(b', 'gt', '5'],
    ['a field may contain blanks and any letters', '(Größe 📏,eq,ß)', 'Größe 📏', 'eq', 'ß'],
    ['a field keeps its blanks', '( Title ,eq,a)', ' Title ', 'eq', 'a'],
    ['a field may have the name of a prototype', '(__proto__,eq,a)', '__proto__', 'eq', 'a'],
    ['a value that is not there is null', '(Title,null)', 'Title', 'null', null],
    ['a value that is not there differs from an empty one', '(Title,null,)', 'Title', 'null', ''],
    ['with spaces after the commas the value is trimmed', '(Title, eq, a b )', 'Title', 'eq', 'a b'],
    ['a space after the operator alone is tolerated', '(Title,eq ,a)', 'Title', 'eq', 'a'],
    ['a quoted item of a list keeps all its characters', '(Title,in,"a), b",c)', 'Title', 'in', '"a), b",c'],
    ['a quoted item may follow spaces and others', '(Title,in,c, "a(")', 'Title', 'in', 'c, "a("'],
    ['quotes inside an item of a list open nothing', '(Title,in,5" (a),6")', 'Title', 'in', '5" (a),6"'],
    ['quotes of one value are characters like others', '(Title,eq,"a)', 'Title', 'eq', '"a'],
    ['an operator need not exist yet', '(Title,EQ!,a)', 'Title', 'EQ!', 'a'],
  ])('%s', (_, text, field, operator, value) => {
    expect(condition(text)).toMatchObject({ field, operator, value })
  })

  test.each([
    ['a field in quotes', '@("Last, First (x",eq,a)', 'Last, First (x', 'eq', 'a'],
    ['a value in quotes', '@(Title,eq,"a), b")', 'Title', 'eq', 'a), b'],
    ['both, with spaces', ' @ ( "Title" , eq, "a " )', 'Title', 'eq', 'a '],
    ['quotes in quotes', String.raw`@("a""b",eq,"c\"d\\e\f")`, 'a"b', 'eq', String.raw`c"d\e\f`],
    ['neither', '@(Title,eq,a (b), c)', 'Title', 'eq', 'a (b), c'],
    ['quotes inside', '@(Title,eq,5" a)', 'Title', 'eq', '5" a'],
    ['a quoted date after its word', '@(Day,gt,exactDate,"2026-01-31")', 'Day', 'gt', 'exactDate,2026-01-31'],
    ['a list, which keeps its quotes', '@("Title",in,"a), b",c)', 'Title', 'in', '"a), b",c'],
    ['no value', '@("Title",null)', 'Title', 'null', null],
  ])('after an @ may have %s', (_, text, field, operator, value) => {
    expect(condition(text)).toMatchObject({ field, operator, value })
  })

  test('after an @ has its positions where they are in the text', () => {
    expect(condition('@("T", eq, "a")').at).toEqual({
      field: { position: 2 },
      operator: { position: 7 },
      value: { position: 11 },
    })
  })

  test('with spaces after the commas has its positions after the spaces', () => {
    expect(condition(' (Title,  eq,  a)').at).toEqual({
      field: { position: 2 },
      operator: { position: 10 },
      value: { position: 15 },
    })
  })

  test('counts positions in UTF-16 units, as JavaScript does', () => {
    expect(condition('(📏,eq,a)').at.operator).toEqual({ position: 4 })
  })
})

describe('conditions are joined', () => {
  test.each([
    ['by AND when they follow each other', '(a,eq,1)(b,eq,2)(c,eq,3)', 'and(a eq "1", b eq "2", c eq "3")'],
    ['by ~and', '(a,eq,1)~and(b,eq,2)', 'and(a eq "1", b eq "2")'],
    ['by ~or', '(a,eq,1)~or(b,eq,2)', 'or(a eq "1", b eq "2")'],
    ['with AND binding tighter after OR', '(a,eq,1)~or(b,eq,2)~and(c,eq,3)', 'or(a eq "1", and(b eq "2", c eq "3"))'],
    ['with AND binding tighter before OR', '(a,eq,1)~and(b,eq,2)~or(c,eq,3)', 'or(and(a eq "1", b eq "2"), c eq "3")'],
    ['by ~not, which is AND NOT', '(a,eq,1)~not(b,eq,2)', 'and(a eq "1", not(b eq "2"))'],
    ['by ~andnot, which is AND NOT', '(a,eq,1)~andnot(b,eq,2)', 'and(a eq "1", not(b eq "2"))'],
    ['by ~ornot, which is OR NOT', '(a,eq,1)~ornot(b,eq,2)', 'or(a eq "1", not(b eq "2"))'],
    ['by ~and~not', '(a,eq,1)~and~not(b,eq,2)', 'and(a eq "1", not(b eq "2"))'],
    ['by ~or~not', '(a,eq,1)~or~not(b,eq,2)', 'or(a eq "1", not(b eq "2"))'],
    ['with a first ~not that negates', '~not(a,eq,1)', 'not(a eq "1")'],
    ['with a first ~and or ~or that joins nothing', '~or(a,eq,1)~and(b,eq,2)', 'and(a eq "1", b eq "2")'],
    ['in groups', '((a,eq,1)~or(b,eq,2))~and(c,eq,3)', 'and(or(a eq "1", b eq "2"), c eq "3")'],
    ['in groups after a word', '(a,eq,1)~or((b,eq,2)(c,eq,3))', 'or(a eq "1", and(b eq "2", c eq "3"))'],
    ['in negated groups', '~not((a,eq,1)~or(b,eq,2))', 'not(or(a eq "1", b eq "2"))'],
    ['in groups that begin with a word', '(~not(a,eq,1))', 'not(a eq "1")'],
    ['in groups of groups', '(((a,eq,1))~or((b,eq,2)~and(c,eq,3)))', 'or(a eq "1", and(b eq "2", c eq "3"))'],
    ['with blanks between everything', ' ( ( a,eq,1 ) ~or\n(b,eq,2) )\t', 'or( a eq "1 ", b eq "2")'],
  ])('%s', (_, text, expected) => {
    expect(show(tree(text))).toBe(expected)
  })

  test('by nothing when there is nothing: a text of blanks is no filter', () => {
    expect(parseWhere('')).toEqual({ ok: true, ast: null })
    expect(parseWhere(' \n\t')).toEqual({ ok: true, ast: null })
  })
})

describe('a text that is no filter is refused with its position', () => {
  test.each([
    ['words without parentheses', 'garbage', 0, 'expected "(" to begin'],
    ['leftover text', '(a,eq,1)x', 8, 'expected "(" to begin'],
    ['a field alone', '(Title)', 6, 'a comma and an operator after "Title"'],
    ['a condition after a field alone', '(Title)~and(b,eq,2)', 6, 'a comma and an operator after "Title"'],
    ['no operator', '(Title,)', 7, 'an operator after "Title"'],
    ['a blank operator', '(Title, ,a)', 8, 'an operator after "Title"'],
    ['an open condition', '(a,eq,1)~and(b,eq,2', 12, 'expected ")"'],
    ['an open field', '(a,eq,1)(b', 8, 'expected ")"'],
    ['an open operator', '(a,eq', 0, 'expected ")"'],
    ['a value with a lone opening parenthesis', '(a,eq,:()', 0, 'filterArrJson'],
    ['a value with a lone closing parenthesis', '(a,eq,:))', 8, 'closes nothing'],
    ['a quote in a list that is never closed', '(a,eq,1)(b,in,c,"d)', 16, 'this quote is never closed'],
    ['a quote that only an escaped one follows', String.raw`(b,in,"d\")`, 6, 'this quote is never closed'],
    ['a quoted value that is never closed', '@(b,eq,"d)', 7, 'this quote is never closed'],
    ['text after a quoted field', '@("b"c,eq,d)', 5, 'a comma and an operator after "b"'],
    ['an @ in the middle', '(a,eq,1)@(b,eq,2)', 8, 'expected "(" to begin'],
    ['an open group', '(b,eq,2)((a,eq,1)', 8, 'close the group'],
    ['an open group in a closed one', '((a,eq,1)~or((b,eq,2))', 0, 'close the group'],
    ['a closing parenthesis too many', '((a,eq,1)))', 10, 'closes nothing'],
    ['an empty group', '(a,eq,1)()', 9, 'a condition inside'],
    ['an empty group of blanks', '( ( ) )', 4, 'a condition inside'],
    ['a word at the end', '(a,eq,1)~and', 12, 'after ~and'],
    ['a word at the end of a group', '((a,eq,1)~or)', 12, 'after ~or'],
    ['two words', '(a,eq,1)~and~or(b,eq,2)', 12, 'after ~and'],
    ['two negations', '~not~not(a,eq,1)', 4, 'after ~not'],
    ['a negation of a negation', '(a,eq,1)~or~not~not(b,eq,1)', 15, 'after ~or~not'],
    ['an unknown word', '(a,eq,1)~xor(b,eq,2)', 8, '"~xor" is not known; expected ~and, ~or, ~not, ~andnot or ~ornot'],
    ['a word in capitals', '(a,eq,1)~OR(b,eq,2)', 8, '"~OR" is not known; expected ~or.'],
    ['a tilde alone', '~', 0, '"~" is not known'],
  ])('%s', (_, text, position, message) => {
    expect(error(text)).toEqual({ position, message: expect.stringContaining(message) })
  })

  test('and repeats no more of it than a message should hold', () => {
    expect(error(`(${'x'.repeat(5000)})`).message.length).toBeLessThan(150)
  })
})

const nested = (levels: number): string => '('.repeat(levels) + '(a,eq,1)' + ')'.repeat(levels)

describe('limits', () => {
  test('20 levels of groups are read', () => {
    expect(show(tree(nested(20)))).toBe('a eq "1"')
  })

  test('21 levels are refused where the last begins', () => {
    expect(error(nested(21))).toEqual({ position: 20, message: 'groups may be nested 20 deep; this is one more.' })
  })

  test('groups side by side are not nested', () => {
    expect(tree('((a,eq,1))'.repeat(100))).toMatchObject({ type: 'and' })
  })

  test('500 conditions are read', () => {
    const ast = tree('(a,eq,1)'.repeat(500))
    expect(ast === null ? 0 : countConditions(ast)).toBe(500)
  })

  test('501 conditions are refused at the last', () => {
    expect(error('(a,eq,1)'.repeat(501))).toEqual({
      position: 4000,
      message: 'a filter may have 500 conditions; this is one more.',
    })
  })

  test('256 KB are read, and a byte more is not', () => {
    const frame = '(a,eq,)'.length
    expect(condition(`(a,eq,${'x'.repeat(262_144 - frame)})`).value).toHaveLength(262_144 - frame)
    expect(error(`(a,eq,${'x'.repeat(262_145 - frame)})`).message).toBe('a filter may have 256 KB; this one has more.')
  })

  test('the length is counted in bytes of UTF-8', () => {
    expect(error(`(a,eq,${'ä'.repeat(131_072)})`).message).toContain('256 KB')
  })
})

describe('hostile text', () => {
  test.each<[string, unit: string, before?: string]>([
    ['(', '('],
    [')', ')'],
    ['(a', '(a'],
    ['(a,eq,(', '(', '(a,eq,'],
    ['blanks', ' '],
    ['blanks in 20 groups', ' ', '('.repeat(20)],
    ['"( "', '( '],
    ['~', '~'],
    ['~not', '~not'],
    ['a word that is none', 'a', '~'],
    ['commas', ',', '('],
    ['()', '()'],
    ['quotes in a list', '"', '(a,in,'],
    ['quoted items', '"",', '(a,in,'],
    ['quoted items that are never closed', '"a,', '(a,in,"'],
    ['spaces in a list', ' ', '(a,in,'],
    ['quoted values', '"",', '@(a,eq,'],
    ['NUL and lone surrogates', '(\0,\ud800,\udfff'],
  ])('256 KB of %s are answered in under 50 ms', async (_, unit, before = '') => {
    const text = before + unit.repeat(Math.floor((262_144 - before.length) / Buffer.byteLength(unit)))
    expect(await fastest(50, () => parseWhere(text))).toBeLessThan(50)
  })

  test('any text is either a tree or an error that lies in it', () => {
    const alphabet = [
      '@',
      '"',
      '\\',
      'in',
      '(',
      ')',
      ',',
      '~',
      '~and',
      '~or',
      '~not',
      ' ',
      'a',
      'eq',
      '(a,eq,1)',
      '\0',
      '\ud800',
      '📏',
    ]
    assert(
      property(array(constantFrom(...alphabet), { maxLength: 60 }), (pieces) => {
        const text = pieces.join('')
        const result = parseWhere(text)
        if (result.ok) return
        expect(result.error.position).toBeLessThanOrEqual(text.length)
        expect(result.error.message).toMatch(/[.)]$/)
      }),
      { numRuns: 5000 },
    )
  })
})

test('chain() of nothing is null', () => {
  expect(chain([])).toBeNull()
})
