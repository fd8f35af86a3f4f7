/**
 * `npm run screenshots`: every screen of the dashboard, light, dark and narrow, into test/e2e/screenshots/ (git-ignored).
 * Arguments are parts of names: `npm run screenshots -- table` draws those screens only. `-- --readme` draws the four of
 * README.md anew, into docs/images/.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { launchBrowser } from './browser.ts'
import { type Screen, screens, seed, signIn } from './dashboard.ts'
import { startServer } from './server.ts'

const FOLDER = resolve(import.meta.dirname, '../e2e/screenshots')

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { name: 'large', colorScheme: 'light', viewport: { width: 1600, height: 900 } },
] as const

/** The pictures of README.md, small. */
const README = ['table', 'table-menu', 'api-tokens-fresh', 'snippets']
const README_FOLDER = resolve(import.meta.dirname, '../../docs/images')
const README_LOOK = { name: 'readme', colorScheme: 'light', viewport: { width: 820, height: 440 } } as const

const isForReadme = process.argv.includes('--readme')
const looks = isForReadme ? [README_LOOK] : LOOKS
const folder = isForReadme ? README_FOLDER : FOLDER
const wanted = process.argv.slice(2).filter((argument) => argument !== '--readme')
const server = await startServer()
const browser = await launchBrowser()
try {
  const seeded = await seed(server.url, { hostile: !isForReadme })
  const all = screens(seeded).filter(({ name }) =>
    isForReadme ? README.includes(name) : wanted.length === 0 || wanted.some((part) => name.includes(part)),
  )
  if (wanted.length === 0 && !isForReadme) rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const first = await browser.newContext()
  await signIn(await first.newPage(), server.url)
  const storageState = await first.storageState()
  for (const { name: look, ...options } of looks) {
    const signedIn = await browser.newContext({ ...options, storageState })
    const signedOut = await browser.newContext(options)
    for (const screen of all) {
      const page = await (screen.isPublic ? signedOut : signedIn).newPage()
      await draw(page, screen, look)
      await page.close()
    }
  }
} finally {
  await browser.close()
  await server.stop()
}

async function draw(
  page: Awaited<ReturnType<Awaited<ReturnType<typeof browser.newContext>>['newPage']>>,
  screen: Screen,
  look: string,
) {
  try {
    await page.goto(server.url + screen.path)
    await page.waitForLoadState('networkidle')
    await screen.prepare?.(page)
    await page.waitForLoadState('networkidle')
  } catch (error) {
    console.error(`${screen.name} (${look}): ${String(error).split('\n')[0]}`)
  }
  await page.screenshot({ path: join(folder, isForReadme ? `${screen.name}.png` : `${screen.name}.${look}.png`) })
}
