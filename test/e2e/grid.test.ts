/** The grid in a real Chromium: whatever is typed, however fast, is what is stored. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signInElsewhere, signOutElsewhere } from '../support/dashboard'
import { type World, eventually, onWrites, openSheet, startWorld, stopWorld } from '../support/grid'

let world: World
let tables = 0

beforeAll(async () => {
  world = await startWorld()
})

afterAll(async () => {
  await stopWorld(world)
})

/** Milliseconds between keys of somebody who types fast. */
const FAST = 90

const TEXTS = [{ title: 'Title', pv: true }, { title: 'Qty', uidt: 'Number' }, { title: 'Note' }]

/** Types words with Tab between them. */
async function typeAcross(words: readonly string[], delay = 20): Promise<void> {
  for (const [index, word] of words.entries()) {
    if (index > 0) await world.page.keyboard.press('Tab', { delay })
    await world.page.keyboard.type(word, { delay })
  }
}

const title = () => `Sheet ${++tables}`

describe.each([0, 50, 200, 1000])('with %i ms added to every write', (latency) => {
  test('what is typed in the empty line, Enter after Enter, becomes rows of these texts', async () => {
    const sheet = await openSheet(world, title(), TEXTS)
    const stop = await onWrites(world, { latency })
    await sheet.draft('Title').focus()
    for (const word of ['uno', 'dos', 'tres', 'cuatro']) {
      await world.page.keyboard.type(word, { delay: FAST })
      await world.page.keyboard.press('Enter', { delay: FAST })
    }
    await eventually(async () => (await sheet.rows()).map((row) => row['Title']), ['uno', 'dos', 'tres', 'cuatro'])
    await stop()
  })

  test('what is typed over cells, faster than anybody types, is what is stored', async () => {
    const old = Array.from({ length: 4 }, (_, index) => ({ Title: `old ${index}` }))
    const sheet = await openSheet(world, title(), TEXTS, old)
    const stop = await onWrites(world, { latency })
    await sheet.cell(0, 'Title').focus()
    await world.page.keyboard.type('uno\ndos\ntres\ncuatro\n', { delay: 5 })
    await eventually(async () => (await sheet.rows()).map((row) => row['Title']), ['uno', 'dos', 'tres', 'cuatro'])
    await stop()
  })

  test('fields typed across the empty line are fields of one row', async () => {
    const sheet = await openSheet(world, title(), TEXTS)
    const stop = await onWrites(world, { latency })
    await sheet.draft('Title').focus()
    await typeAcross(['Draft A', '12', 'last'])
    await world.page.keyboard.press('Enter')
    await eventually(() => sheet.rows('&fields=Title,Qty,Note'), [{ Title: 'Draft A', Qty: 12, Note: 'last' }])
    await sheet.saved()
    expect(await sheet.rows()).toHaveLength(1)
    await stop()
  })
})

const unsaved = () => world.page.locator('.unsaved-count')
const note = () => world.page.locator('.cell-note')
const press = async (...keys: string[]) => {
  for (const key of keys) await world.page.keyboard.press(key)
}
const type = (text: string) => world.page.keyboard.type(text)

describe('what is not saved', () => {
  test('a refused value comes back to its cell, marked, and leaves alone the cell that is being edited', async () => {
    const sheet = await openSheet(world, title(), TEXTS, [
      { Title: 'a', Qty: 1 },
      { Title: 'b', Qty: 2 },
    ])
    const stop = await onWrites(world, { latency: 200 })
    await sheet.cell(0, 'Qty').focus()
    await type('many')
    await press('Enter')
    await type('4')
    await note().waitFor()
    await type('2')
    expect(await sheet.cell(0, 'Qty').textContent()).toContain('many')
    expect(await sheet.cell(0, 'Qty').getAttribute('aria-invalid')).toBe('true')
    await press('Enter')
    await eventually(async () => (await sheet.rows()).map((row) => row['Qty']), [1, 42])
    expect(await unsaved().textContent()).toContain('1 value is not saved.')
    await sheet.cell(0, 'Qty').dblclick()
    expect(await world.page.locator('.editor').inputValue()).toBe('many')
    await world.page.locator('.editor').fill('41')
    await press('Enter')
    await eventually(async () => (await sheet.rows()).map((row) => row['Qty']), [41, 42])
    await unsaved().waitFor({ state: 'hidden' })
    await stop()
  })

  test('an answer that never comes leaves the cell marked, and trying again saves it; a late write undoes nothing', async () => {
    const sheet = await openSheet(world, title(), TEXTS, [{ Title: 'a' }, { Title: 'b' }])
    await world.page.clock.install()
    let isLost = true
    const stop = await onWrites(world, { answer: (route) => (isLost ? new Promise(() => {}) : route.continue()) })
    await sheet.cell(0, 'Title').focus()
    await type('lost')
    await press('Enter')
    await type('lost too')
    await press('Enter')
    await sheet.cell(1, 'Title').and(world.page.locator('.unsaved')).waitFor()
    await world.page.clock.fastForward(11_000)
    await unsaved().getByText('2 values are not saved.').waitFor()
    expect(await note().first().textContent()).toContain('The server did not answer within 10 seconds.')
    expect(await note().filter({ visible: true }).count()).toBe(1)
    expect((await sheet.rows()).map((row) => row['Title'])).toEqual(['a', 'b'])
    isLost = false
    await unsaved().getByRole('button', { name: 'Try again' }).click()
    await eventually(async () => (await sheet.rows()).map((row) => row['Title']), ['lost', 'lost too'])
    await unsaved().waitFor({ state: 'hidden' })
    await stop()
    await world.page.clock.resume()
  })

  test('a new row whose answer was lost is one row when it is tried again', async () => {
    const sheet = await openSheet(world, title(), TEXTS)
    let isLost = true
    const stop = await onWrites(world, {
      answer: async (route) => {
        if (!isLost) return route.continue()
        isLost = false
        await route.fetch()
        return route.abort()
      },
    })
    await sheet.draft('Title').focus()
    await type('once')
    await press('Tab')
    await unsaved().getByRole('button', { name: 'Try again' }).waitFor()
    // The next field sends the row again.
    await type('7')
    await press('Enter')
    await eventually(() => sheet.rows('&fields=Title,Qty'), [{ Title: 'once', Qty: 7 }])
    await stop()
  })

  test('what a new row misses is said where it is missing, once the row is left', async () => {
    const sheet = await openSheet(world, title(), [{ title: 'A' }, { title: 'B', rqd: true }])
    await sheet.draft('A').focus()
    await type('one')
    await press('Tab')
    expect(await note().count()).toBe(0)
    await press('ArrowDown')
    expect(await sheet.cell(0, 'B').getByRole('alert').textContent()).toBe('The field "B" is required.')
    await sheet.cell(0, 'B').click()
    await type('two')
    await press('Enter')
    await eventually(() => sheet.rows('&fields=A,B'), [{ A: 'one', B: 'two' }])
  })

  test('a cell that somebody else has changed meanwhile is not overwritten without a word; other cells of the row are no matter', async () => {
    const sheet = await openSheet(world, title(), TEXTS, [{ Title: 'a', Note: 'n' }])
    const row = `/api/v1/db/data/noco/${world.projectId}/${sheet.id}/1`
    await world.call('PATCH', row, { Note: 'theirs' })
    await sheet.cell(0, 'Title').focus()
    await type('mine')
    await press('Enter')
    await eventually(() => sheet.rows('&fields=Title,Note'), [{ Title: 'mine', Note: 'theirs' }])
    await sheet.saved()
    await world.call('PATCH', row, { Title: 'theirs' })
    await sheet.cell(0, 'Title').focus()
    await type('mine again')
    await press('Enter')
    await note().getByText('Somebody changed this to “theirs” meanwhile.').waitFor()
    expect((await sheet.rows())[0]?.['Title']).toBe('theirs')
    await sheet.cell(0, 'Title').focus()
    await press('Enter', 'Enter')
    await eventually(async () => (await sheet.rows())[0]?.['Title'], 'mine again')
  })

  test('whoever is signed out while typing signs in again in another tab, and goes on where they were', async () => {
    const { page, server } = world
    const sheet = await openSheet(world, title(), TEXTS, [{ Title: 'a' }, { Title: 'b' }])
    await sheet.cell(0, 'Title').focus()
    await type('before\n')
    await sheet.saved()
    await signOutElsewhere(page, server.url)
    await press('Control+z')
    await page.locator('#toast').getByText('cannot be undone: You are signed out. Sign in again in another tab').waitFor()
    await type('typed while signed out\n')
    await note().getByText('You are signed out. Sign in again in another tab, then try again here.').waitFor()
    await signInElsewhere(page, server.url)
    await unsaved().getByRole('button', { name: 'Try again' }).click()
    await eventually(async () => (await sheet.rows()).map((row) => row['Title']), ['before', 'typed while signed out'])
    await press('Control+z', 'Control+z')
    await eventually(async () => (await sheet.rows()).map((row) => row['Title']), ['a', 'b'])
  })

  test('Escape asks before it discards what was typed', async () => {
    const sheet = await openSheet(world, title(), TEXTS, [{ Title: 'a' }])
    await sheet.cell(0, 'Title').focus()
    await type('typed')
    await press('Escape')
    expect(await note().textContent()).toBe('Not saved. Escape again discards what you typed, Enter saves it.')
    expect(await world.page.locator('.editor').inputValue()).toBe('typed')
    await press('Escape')
    expect(await sheet.cell(0, 'Title').textContent()).toBe('a')
    await press('F2', 'Escape')
    expect(await world.page.locator('.editor').count()).toBe(0)
  })

  test('a reload and a link ask while something is not saved', async () => {
    const sheet = await openSheet(world, title(), TEXTS, [{ Title: 'a' }])
    const asked: string[] = []
    const answer = (dialog: { type: () => string; dismiss: () => Promise<void> }) => {
      asked.push(dialog.type())
      void dialog.dismiss()
    }
    world.page.on('dialog', answer)
    await sheet.cell(0, 'Title').click()
    await type('typed')
    await world.page.evaluate('location.reload()')
    await eventually(() => Promise.resolve(asked), ['beforeunload'])
    expect(await world.page.locator('.editor').inputValue()).toBe('typed')
    await press('Enter')
    await sheet.saved()
    await world.page.evaluate('location.reload()')
    await world.page.locator('table[role="grid"]').waitFor()
    expect(asked).toEqual(['beforeunload'])
    world.page.off('dialog', answer)
    expect((await sheet.rows())[0]?.['Title']).toBe('typed')
  })

  test('a link that is clicked right after Enter waits for the save', async () => {
    const sheet = await openSheet(world, title(), TEXTS, [{ Title: 'a' }])
    const stop = await onWrites(world, { latency: 500 })
    await sheet.cell(0, 'Title').focus()
    await type('typed')
    await press('Enter')
    await world.page.locator('th[data-title="Title"] a.column-sort').click()
    await world.page.waitForURL('**/*sort=Title')
    expect((await sheet.rows())[0]?.['Title']).toBe('typed')
    await stop()
  })
})

test('Enter that ends the composing of a word stays in the editor', async () => {
  const sheet = await openSheet(world, title(), TEXTS, [{ Title: 'a' }])
  await sheet.cell(0, 'Title').dblclick()
  const session = await world.context.newCDPSession(world.page)
  await session.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 })
  for (const init of ['{ key: "Enter", isComposing: true }', '{ key: "Enter", keyCode: 229 }']) {
    await world.page.evaluate(
      `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...${init} }))`,
    )
  }
  expect(await world.page.locator('.editor').count()).toBe(1)
  await session.send('Input.insertText', { text: '日本' })
  await press('Enter')
  await eventually(async () => (await sheet.rows())[0]?.['Title'], '日本')
})

test('whatever is typed in whatever order, with answers as slow as they like, every cell has what was typed there last', async () => {
  const rows = Array.from({ length: 4 }, (_, index) => ({ Title: `t${index}`, Note: `n${index}` }))
  const sheet = await openSheet(world, title(), TEXTS, rows)
  const random = mulberry(20_261_125)
  const stop = await onWrites(world, {
    answer: async (route) => {
      await new Promise((done) => setTimeout(done, random() * 150))
      return route.continue()
    },
  })
  const expected = rows.map((row) => ({ ...row }))
  for (let step = 0; step < 40; step += 1) {
    const row = Math.floor(random() * rows.length)
    const field = random() < 0.5 ? 'Title' : 'Note'
    const text = `${field}${step}`
    await sheet.cell(row, field).focus()
    await type(text)
    await press(['Enter', 'Tab', 'Shift+Enter'][step % 3] ?? 'Enter')
    const target = expected[row]
    if (target !== undefined) target[field] = text
  }
  await eventually(() => sheet.rows('&fields=Title,Note'), expected)
  await stop()
})

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

test('nothing on the way broke the CSP, wrote to the console or left this server', () => {
  expect(world.faults).toEqual({ console: [], elsewhere: [] })
})
