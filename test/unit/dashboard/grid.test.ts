/** The parts of the grid that need no browser. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHistory } from '../../../public/dashboard/grid/history.js'
import { keepLineEnds } from '../../../public/dashboard/grid/line-ends.js'
import { createQueues } from '../../../public/dashboard/grid/queues.js'
import { readBlock, writeBlock } from '../../../public/dashboard/grid/tsv.js'

describe('queues', () => {
  const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

  test('of any tasks with a key in common none begins before the one before it is over, and no more run than may', async () => {
    const task = fc.record({
      keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 3 }),
      ms: fc.integer({ min: 0, max: 3 }),
      fails: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(task, { maxLength: 20 }), async (tasks) => {
        const queues = createQueues(3)
        const log: { index: number; is: 'begun' | 'over' }[] = []
        const runs = tasks.map(({ keys, ms, fails }, index) =>
          queues.run(keys, async () => {
            log.push({ index, is: 'begun' })
            await pause(ms)
            log.push({ index, is: 'over' })
            if (fails) throw new Error('refused')
          }),
        )
        await Promise.allSettled(runs)
        await queues.settled()
        const at = (index: number, is: string) => log.findIndex((entry) => entry.index === index && entry.is === is)
        for (const [later, { keys }] of tasks.entries()) {
          for (const [earlier, other] of tasks.slice(0, later).entries()) {
            if (keys.some((key) => other.keys.includes(key))) expect(at(later, 'begun')).toBeGreaterThan(at(earlier, 'over'))
          }
        }
        const running = log.map((_, end) => log.slice(0, end + 1).reduce((sum, { is }) => sum + (is === 'begun' ? 1 : -1), 0))
        expect(Math.max(0, ...running)).toBeLessThanOrEqual(3)
        expect([log.length, queues.isBusy(), queues.started()]).toEqual([tasks.length * 2, false, tasks.length])
      }),
      { numRuns: 60 },
    )
  })
})

describe('blocks of cells as text', () => {
  const cell = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', '\t', '\n', '\r', 'a', ' ') }))
  const block = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 4 }))

  test('whatever is copied is pasted as it was', () => {
    fc.assert(
      fc.property(block, (cells) => {
        expect(readBlock(writeBlock(cells))).toEqual(cells)
      }),
    )
  })

  test.each([
    [
      'Excel ends every line',
      'a\tb\r\nc\td\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'Google Sheets ends none',
      'a\tb\nc\td',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a line end inside of a cell is quoted', '"two\nlines"\tb\n', [['two\nlines', 'b']]],
    ['quote marks inside of it are doubled', '"say ""hi""\n"\tb', [['say "hi"\n', 'b']]],
    ['a quote mark inside of a cell is one', '5" pipe\tb', [['5" pipe', 'b']]],
    ['what only begins like a quoted cell is none', '"a" and "b"\tc', [['"a" and "b"', 'c']]],
    [
      'empty cells are cells',
      '\t\n\t',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['a lone word is a cell', 'a', [['a']]],
  ])('%s', (_, text, cells) => {
    expect(readBlock(text)).toEqual(cells)
  })
})

describe('line ends', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\r\n', '\n', '\r') })

  test('what is not edited stays as it was', () => {
    fc.assert(
      fc.property(text, (before) => {
        expect(keepLineEnds(before, before.replaceAll(/\r\n?/g, '\n'))).toBe(before)
      }),
    )
  })

  test('an edit changes what was edited, and nothing before or after it', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('x', 'x\ny'), text, (head, typed, tail) => {
        // A CR and a LF that only come together by the test are one line end to a textarea.
        fc.pre(!(head.endsWith('\r') && tail.startsWith('\n')))
        const shown = (part: string) => part.replaceAll(/\r\n?/g, '\n')
        const edited = keepLineEnds(head + tail, shown(head) + typed + shown(tail))
        expect(shown(edited)).toBe(shown(head) + typed + shown(tail))
        expect(edited.startsWith(head) && edited.endsWith(tail)).toBe(true)
      }),
    )
  })
})

describe('what can be undone', () => {
  const storage = () => {
    const texts = new Map<string, string>()
    return {
      getItem: (name: string) => texts.get(name) ?? null,
      setItem: (name: string, text: string) => void texts.set(name, text),
      removeItem: (name: string) => void texts.delete(name),
    }
  }
  const change = (version: number) => ({ rowId: '1', key: { Id: 1 }, before: { A: 1 }, after: { A: 2 }, version })

  test('goes by the order of doing, not of answers', () => {
    const history = createHistory(storage(), 'undo')
    const [first, second] = [history.next(), history.next()]
    history.add({ label: 'second', order: second, changes: [] })
    history.add({ label: 'first', order: first, changes: [] })
    expect([history.take('undo')?.label, history.take('undo')?.label, history.take('undo')]).toEqual([
      'second',
      'first',
      undefined,
    ])
  })

  test('is a write that only writes of this tab came after', () => {
    const history = createHistory(storage(), 'undo')
    history.wrote('1', 4, 5)
    history.wrote('1', 5, 6)
    expect(history.versionNow(change(5))).toBe(6)
    history.wrote('1', 7, 8)
    expect([history.versionNow(change(5)), history.versionNow(change(6)), history.versionNow(change(8))]).toEqual([null, null, 8])
  })

  test('is remembered by the next page of the tab', () => {
    const tab = storage()
    const history = createHistory(tab, 'undo')
    history.wrote('1', 4, 5)
    history.add({ label: 'it', order: history.next(), changes: [change(5)] })
    const next = createHistory(tab, 'undo')
    const entry = next.take('undo')
    expect([entry?.label, next.versionNow(change(5)), next.next()]).toEqual(['it', 5, 2])
  })

  test('something new leaves nothing to do again', () => {
    const history = createHistory(storage(), 'undo')
    history.putBack('redo', { label: 'old', order: 1, changes: [] })
    history.add({ label: 'new', order: history.next(), changes: [] })
    expect(history.take('redo')).toBeUndefined()
  })
})
