/** Editors, ranges, the clipboard and undoing, in a real Chromium in Vienna. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Row, type Sheet, type World, eventually, onWrites, openSheet, startWorld, stopWorld } from '../support/grid'

let world: World
let tables = 0

beforeAll(async () => {
  world = await startWorld({ timezoneId: 'Europe/Vienna' })
})

afterAll(async () => {
  await stopWorld(world)
})

const title = () => `Sheet ${++tables}`
const press = async (...keys: string[]) => {
  for (const key of keys) await world.page.keyboard.press(key)
}
const type = (text: string) => world.page.keyboard.type(text)
const editor = () => world.page.locator('.editor')
const note = () => world.page.locator('.cell-note')
const toast = () => world.page.locator('#toast')

async function stored(sheet: Sheet, of: string): Promise<unknown[]> {
  return (await sheet.rows()).map((row) => row[of])
}

describe('selects', () => {
  const COLUMNS = [
    { title: 'Status', uidt: 'SingleSelect', dtxp: "'Open','Done','Doing'" },
    { title: 'Tags', uidt: 'MultiSelect', dtxp: "'red','green','blue'" },
  ]

  test('a letter moves to the option that begins with it, and Escape restores exactly', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [{ Status: 'Open', Tags: 'red,blue' }])
    await sheet.cell(0, 'Status').focus()
    await type('d')
    expect(await editor().getByRole('option', { selected: true }).textContent()).toBe('Done')
    await press('Escape')
    expect(await sheet.cell(0, 'Status').textContent()).toBe('Open')
    await type('x')
    await press('Tab')
    await sheet.cell(0, 'Status').focus()
    await type('doi')
    await press('Enter')
    await eventually(() => stored(sheet, 'Status'), ['Doing'])
  })

  test('options of many toggle, by keys and by the mouse, and the others stay', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [{ Status: 'Open', Tags: 'red,blue' }])
    await sheet.cell(0, 'Tags').focus()
    await type('g')
    await press('Enter')
    await eventually(() => stored(sheet, 'Tags'), ['red,blue,green'])
    await sheet.cell(0, 'Tags').dblclick()
    await editor().getByRole('option', { name: 'red' }).click()
    await press('Escape')
    expect(await sheet.cell(0, 'Tags').locator('.chip').allTextContents()).toEqual(['red', 'blue', 'green'])
    await press('Enter')
    await editor().getByRole('option', { name: 'red' }).click()
    await press('Enter')
    await eventually(() => stored(sheet, 'Tags'), ['blue,green'])
  })
})

test('a tick takes one click, or a space', async () => {
  const sheet = await openSheet(world, title(), [{ title: 'Ready', uidt: 'Checkbox' }], [{ Ready: false }])
  await sheet.cell(0, 'Ready').click()
  await eventually(() => stored(sheet, 'Ready'), [true])
  await press(' ')
  await eventually(() => stored(sheet, 'Ready'), [false])
})

test('a link in a cell is no stop of the Tab key, and Ctrl and Enter follow it', async () => {
  const sheet = await openSheet(world, title(), [{ title: 'Site', uidt: 'URL' }], [{ Site: 'https://example.org/x' }, {}])
  await world.context.route('https://example.org/**', (route) => route.fulfill({ body: 'there' }))
  await sheet.cell(1, 'Site').focus()
  await world.page.keyboard.type('https://example.org/y\n')
  await sheet.saved()
  const links = world.page.locator('tbody td a')
  expect(await links.evaluateAll((all) => all.map((link) => (link as unknown as { tabIndex: number }).tabIndex))).toEqual([
    -1, -1,
  ])
  await sheet.cell(1, 'Site').focus()
  const opened = world.context.waitForEvent('page')
  await press('Control+Enter')
  const page = await opened
  await page.waitForURL('https://example.org/y')
  await page.close()
  await world.context.unroute('https://example.org/**')
})

describe('what an editor cannot hold is not damaged', () => {
  const VALUES = ['line1\nline2', 'a\r\nb\r\nc', '\nfirst', ' blanks ', 'cr\ronly', '"', '', '😀 é']

  test.each(['SingleLineText', 'LongText', 'Email', 'URL'])('%s: opened and left, every text is what it was', async (uidt) => {
    const sheet = await openSheet(
      world,
      title(),
      [{ title: 'Text', uidt }],
      VALUES.map((Text) => ({ Text })),
    )
    for (const index of VALUES.keys()) {
      await sheet.cell(index, 'Text').focus()
      await press('F2', 'Enter')
    }
    await sheet.saved()
    expect(await stored(sheet, 'Text')).toEqual(VALUES)
  })

  test('an edit of one line leaves the line ends of the others', async () => {
    const sheet = await openSheet(world, title(), [{ title: 'Text' }], [{ Text: 'a\r\nb\r\nc' }])
    await sheet.cell(0, 'Text').focus()
    await press('F2', 'End', 'Control+End')
    await type('!')
    await press('Enter')
    await eventually(() => stored(sheet, 'Text'), ['a\r\nb\r\nc!'])
  })

  test('a text that is longer than a cell opens the form of its row', async () => {
    const Text = `${'long '.repeat(100)}\nend`
    const sheet = await openSheet(world, title(), [{ title: 'Text' }], [{ Text }])
    await sheet.cell(0, 'Text').focus()
    await press('Enter')
    await world.page.getByRole('dialog').waitFor()
    expect(await stored(sheet, 'Text')).toEqual([Text])
  })
})

describe('days and times', () => {
  const COLUMNS = [
    { title: 'At', uidt: 'DateTime' },
    { title: 'Day', uidt: 'Date' },
    { title: 'Hour', uidt: 'Time' },
  ]
  const ROW = { At: '2024-05-01 10:00:00+00:00', Day: '2024-02-29', Hour: '09:30:00' }

  test('an instant is edited by the reader’s clock, with the zone said', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [ROW])
    await sheet.cell(0, 'At').dblclick()
    expect(await editor().locator('input').inputValue()).toMatch(/^2024-05-01T12:00/)
    expect(await editor().textContent()).toBe('Europe/Vienna, UTC+02:00')
    await editor().locator('input').fill('2024-01-31T12:00')
    expect(await editor().textContent()).toBe('Europe/Vienna, UTC+01:00')
    await press('Enter')
    await eventually(() => stored(sheet, 'At'), ['2024-01-31 11:00:00+00:00'])
  })

  test('a time that the clocks leave out is refused, and kept', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [ROW])
    await sheet.cell(0, 'At').dblclick()
    await editor().locator('input').fill('2024-03-31T02:30')
    await press('Enter')
    expect(await note().textContent()).toContain('leave this time out')
    await sheet.cell(0, 'At').dblclick()
    expect(await editor().locator('input').inputValue()).toBe('2024-03-31T02:30')
    await press('Escape', 'Escape', 'Escape')
    expect(await sheet.cell(0, 'At').textContent()).toBe('2024-05-01 12:00:00')
    expect(await stored(sheet, 'At')).toEqual([ROW.At])
  })

  test('opened and left they are what they were', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [ROW, { ...ROW, At: '2024-10-27 01:30:00+00:00', Hour: '23:59:59' }])
    for (const row of [0, 1]) {
      for (const of of ['At', 'Day', 'Hour']) {
        await sheet.cell(row, of).focus()
        await press('F2', 'Enter')
      }
    }
    await sheet.saved()
    expect((await sheet.rows('&fields=At,Day,Hour'))[0]).toEqual(ROW)
    expect(await stored(sheet, 'At')).toEqual([ROW.At, '2024-10-27 01:30:00+00:00'])
  })

  test('a day and a time of day are typed into the browser’s own inputs', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [ROW])
    await sheet.cell(0, 'Day').focus()
    await type('12312025')
    await press('Enter')
    await eventually(() => stored(sheet, 'Day'), ['2025-12-31'])
    await sheet.cell(0, 'Hour').focus()
    await type('17')
    await press('Enter')
    await eventually(() => stored(sheet, 'Hour'), ['17:30:00'])
  })
})

test('JSON that is none stays in its cell, marked, and can be mended', async () => {
  const sheet = await openSheet(world, title(), [{ title: 'Data', uidt: 'JSON' }], [{ Data: { a: 1 } }, { Data: null }])
  await sheet.cell(0, 'Data').focus()
  await type('{"a": ')
  await press('Enter')
  expect(await note().textContent()).toContain('takes JSON')
  expect(await sheet.cell(0, 'Data').textContent()).toContain('{"a": ')
  await press('ArrowUp', 'Enter')
  await world.page.keyboard.press('End')
  await type('2}')
  await press('Enter')
  await eventually(() => stored(sheet, 'Data'), [{ a: 2 }, null])
})

test('a rating says its bounds, and keeps to them', async () => {
  const sheet = await openSheet(world, title(), [{ title: 'Stars', uidt: 'Rating' }], [{ Stars: 3 }])
  await sheet.cell(0, 'Stars').focus()
  await press('F2')
  expect(await editor().getAttribute('placeholder')).toBe('0 to 5')
  await editor().fill('9')
  await press('Enter')
  expect(await note().textContent()).toBe('The field "Stars" takes a number from 0 to 5.')
  await press('ArrowUp')
  await type('4')
  await press('Enter')
  await eventually(() => stored(sheet, 'Stars'), [4])
})

describe('ranges and the clipboard', () => {
  const COLUMNS = [{ title: 'A' }, { title: 'B', uidt: 'Number' }, { title: 'C', uidt: 'Checkbox' }]
  const ROWS: Row[] = [
    { A: 'x\ty', B: 1, C: true },
    { A: 'two\nlines', B: 2, C: false },
    { A: '"quoted"', B: 3, C: false },
  ]
  const clipboard = () => world.page.evaluate<string>('navigator.clipboard.readText()')
  const copyText = (text: string) => world.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`)

  test('a range is copied as spreadsheets do, and pasted as it was', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [...ROWS, ...ROWS.map(() => ({}))])
    await sheet.cell(0, 'A').click()
    await sheet.cell(2, 'C').click({ modifiers: ['Shift'] })
    expect(await world.page.locator('[aria-selected="true"]').count()).toBe(9)
    await press('Control+c')
    expect(await clipboard()).toBe('"x\ty"\t1\tTRUE\r\n"two\nlines"\t2\tFALSE\r\n"""quoted"""\t3\tFALSE')
    await sheet.cell(3, 'A').focus()
    await press('Control+v')
    await eventually(async () => (await sheet.rows('&fields=A,B,C')).slice(3), ROWS)
  })

  test('a block that is longer than the rows makes new ones, in one request, and is undone in one', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, ROWS)
    const requests: string[] = []
    const stop = await onWrites(world, {
      answer: (route) => {
        requests.push(`${route.request().method()} ${new URL(route.request().url()).pathname.split('/').at(-1)}`)
        return route.continue()
      },
    })
    await copyText('p\t10\nq\t20\nr\t30\n')
    await sheet.cell(2, 'A').focus()
    await press('Control+v')
    await eventually(() => stored(sheet, 'A'), ['x\ty', 'two\nlines', 'p', 'q', 'r'])
    expect(requests).toEqual(['POST changes'])
    await toast().getByText('Pasted 6 cells: 1 row changed, 2 new.').waitFor()
    await sheet.cell(4, 'B').getByText('30').waitFor()
    await press('Control+z')
    await eventually(() => sheet.rows('&fields=A,B,C'), ROWS)
    await press('Control+Shift+z')
    await eventually(() => stored(sheet, 'B'), [1, 2, 10, 20, 30])
    await stop()
  })

  test('a block with a wrong value changes nothing, and names it', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, ROWS)
    await copyText('p\t10\nq\tmany\nr\t30\n')
    await sheet.cell(0, 'A').focus()
    await press('Control+v')
    await toast().getByText('Nothing was pasted. Row 2 of the block, B: The field "B"').waitFor()
    expect(await sheet.rows('&fields=A,B,C')).toEqual(ROWS)
  })

  test('Delete empties a range, and cutting copies it too', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, ROWS)
    await sheet.cell(0, 'A').click()
    await press('Shift+ArrowDown', 'Shift+ArrowRight', 'Delete')
    await eventually(() => stored(sheet, 'B'), [null, null, 3])
    await press('Control+z')
    await eventually(() => sheet.rows('&fields=A,B,C'), ROWS)
    await sheet.cell(2, 'B').click()
    await press('Control+x')
    await eventually(() => stored(sheet, 'B'), [1, 2, null])
    expect(await clipboard()).toBe('3')
  })

  test('1,000 rows of ten columns are pasted at once', async () => {
    const columns = Array.from({ length: 10 }, (_, index) => ({ title: `F${index}` }))
    const sheet = await openSheet(world, title(), columns, [{ F0: 'first' }])
    const block = Array.from({ length: 1000 }, (_, row) => columns.map((_, column) => `${row}.${column}`))
    await copyText(block.map((cells) => cells.join('\t')).join('\n'))
    await sheet.draft('F0').focus()
    await press('Control+v')
    await world.page.getByText('1–25 of 1,001 rows').waitFor()
    expect((await sheet.rows('&offset=1')).map((row) => columns.map((column) => row[column.title]))).toEqual(block)
  })
})

describe('undoing', () => {
  const COLUMNS = [{ title: 'A' }, { title: 'B' }]

  test('edits are undone and done again in their order, also on the next page', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [{ A: 'old', B: 'old' }])
    await sheet.cell(0, 'A').focus()
    await type('new')
    await press('Tab')
    await type('newer')
    await press('Enter')
    await eventually(() => sheet.rows('&fields=A,B'), [{ A: 'new', B: 'newer' }])
    await sheet.saved()
    await press('Control+z')
    await eventually(() => sheet.rows('&fields=A,B'), [{ A: 'new', B: 'old' }])
    await sheet.open('?sort=-A')
    await press('Control+z')
    await eventually(() => sheet.rows('&fields=A,B'), [{ A: 'old', B: 'old' }])
    await press('Control+y')
    await press('Control+y')
    await eventually(() => sheet.rows('&fields=A,B'), [{ A: 'new', B: 'newer' }])
  })

  test('of a row that somebody else has changed meanwhile nothing is undone', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [{ A: 'old', B: 'old' }])
    await sheet.cell(0, 'A').focus()
    await type('mine')
    await press('Enter')
    await eventually(() => stored(sheet, 'A'), ['mine'])
    await sheet.saved()
    await world.call('PATCH', `/api/v1/db/data/noco/${world.projectId}/${sheet.id}/1`, { B: 'theirs' })
    await press('Control+z')
    await toast().getByText('“Changed A” cannot be undone: somebody else has changed').waitFor()
    expect(await sheet.rows('&fields=A,B')).toEqual([{ A: 'mine', B: 'theirs' }])
    await sheet.cell(0, 'B').getByText('theirs').waitFor()
  })

  test('deleted rows come back as they were, with their ids and times', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, [{ A: '1' }, { A: 'x'.repeat(500) }, { A: '3' }, { A: '4' }])
    const before = await sheet.rows()
    await world.page.getByLabel('Select row 1').check()
    await world.page.getByLabel('Select row 3').click({ modifiers: ['Shift'] })
    await world.page.getByRole('button', { name: 'Delete 3 rows' }).click()
    await toast().getByText('Deleted 3 rows.').waitFor()
    expect(await stored(sheet, 'A')).toEqual(['4'])
    await world.page.getByText('1–1 of 1 row', { exact: true }).waitFor()
    await toast().getByRole('button', { name: 'Undo' }).click()
    await eventually(() => sheet.rows(), before)
    await world.page.getByText('1–4 of 4 rows').waitFor()
    expect(await sheet.cell(0, 'A').textContent()).toBe('1')
  })
})

describe('where new rows go', () => {
  const COLUMNS = [{ title: 'A' }, { title: 'N', uidt: 'Number' }]
  const rows = Array.from({ length: 60 }, (_, index) => ({ A: `row ${index}`, N: index }))

  test('on the first of three pages a new row is counted, and the sentence says where it stands', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, rows)
    await sheet.draft('A').focus()
    await type('new')
    await press('Enter')
    await toast().getByText('The new row stands at the end of the table, on page 3.').waitFor()
    await world.page.getByText('1–25 of 61 rows').waitFor()
    expect(new URL(world.page.url()).search).toBe('')
  })

  test('under a filter that it does not match it is saved, but not counted, in words', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, rows)
    await sheet.open('?where=(N,gt,50)&sort=-N')
    await sheet.draft('A').focus()
    await type('new')
    await press('Enter')
    await toast().getByText('The new row does not match the filter: saved, but not counted here.').waitFor()
    await world.page.getByText('1–9 of 9 rows').waitFor()
    expect(await sheet.rows('&where=(A,eq,new)')).toHaveLength(1)
    expect(new URL(world.page.url()).search).toBe('?where=(N,gt,50)&sort=-N')
  })

  test('deleting all rows of the last page, with two clicks on the button, shows the page before it, and deletes no more', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, rows)
    await sheet.open('?offset=50')
    await world.page.getByLabel('Select row 51').check()
    await world.page.getByLabel('Select row 60').click({ modifiers: ['Shift'] })
    await world.page.getByRole('button', { name: 'Delete 10 rows' }).dblclick()
    await world.page.getByText('26–50 of 50 rows').waitFor()
    expect(await toast().textContent()).toContain('Deleted 10 rows.')
    expect(await sheet.cell(0, 'A').textContent()).toBe('row 25')
    await toast().getByRole('button', { name: 'Undo' }).click()
    await eventually(async () => (await stored(sheet, 'A')).length, 60)
  })

  test('deleting on a page brings up the rows that follow', async () => {
    const sheet = await openSheet(world, title(), COLUMNS, rows)
    await sheet.open('?sort=-N')
    await world.page.getByLabel('Select row 1', { exact: true }).check()
    await world.page.getByRole('button', { name: 'Delete 1 row' }).click()
    await world.page.getByText('1–25 of 59 rows').waitFor()
    await expect.poll(() => world.page.locator('tbody tr[data-row]').count()).toBe(25)
    expect(await sheet.cell(24, 'A').textContent()).toBe('row 34')
    expect(new URL(world.page.url()).search).toBe('?sort=-N')
  })
})

test('nothing on the way broke the CSP, wrote to the console or left this server', () => {
  expect(world.faults).toEqual({ console: [], elsewhere: [] })
})
