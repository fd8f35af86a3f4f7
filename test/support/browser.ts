/** A real Chromium for end-to-end tests: the machine's own, else the one that comes as an npm package. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type Page, chromium } from 'playwright-core'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Nothing leaves the machine, and no sandbox, which containers do not allow. Web security stays on: tests rely on it. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Where the packaged Chromium is unpacked; not /tmp/chromium, which anybody on the machine could have put there. */
const UNPACKED = resolve(import.meta.dirname, '../../node_modules/.cache/latchkey-chromium')

export async function launchBrowser(): Promise<Browser> {
  const installed = INSTALLED.find((path) => existsSync(path))
  return installed === undefined ? launchPackaged() : chromium.launch({ executablePath: installed, args: FLAGS })
}

async function launchPackaged(): Promise<Browser> {
  const { default: packaged, inflate } = await import('@sparticuz/chromium')
  mkdirSync(UNPACKED, { recursive: true })
  const executablePath = await unpacking(() => packaged.executablePath())
  const env = { ...process.env, ...ownFonts() }
  try {
    return await chromium.launch({ executablePath, args: FLAGS, env })
  } catch (error) {
    if (!String(error).includes('error while loading shared libraries')) throw error
    // A machine without libnss3 and its like: the package brings them for Amazon Linux, and they do elsewhere too.
    const archive = fileURLToPath(new URL('../bin/al2023.tar.br', import.meta.resolve('@sparticuz/chromium')))
    const libraries = await unpacking(() => inflate(archive))
    return chromium.launch({ executablePath, args: FLAGS, env: { ...env, LD_LIBRARY_PATH: join(libraries, 'lib') } })
  }
}

/** The package unpacks into the temporary folder, whatever that is. */
async function unpacking(work: () => Promise<string>): Promise<string> {
  const before = process.env.TMPDIR
  process.env.TMPDIR = UNPACKED
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

/** A machine without fonts shows no letter: the package has one family. */
function ownFonts(): { FONTCONFIG_FILE?: string } {
  if (existsSync('/etc/fonts/fonts.conf')) return {}
  const file = join(UNPACKED, 'fonts.conf')
  const folders = `<dir>${UNPACKED}/fonts</dir><cachedir>${UNPACKED}/fonts-cache</cachedir>`
  writeFileSync(file, `<?xml version="1.0"?><fontconfig>${folders}</fontconfig>`)
  return { FONTCONFIG_FILE: file }
}

/** What a page does that it must not: to be empty at the end of a test. */
export interface Faults {
  /** Console errors and warnings, among them each violation of the CSP, and uncaught exceptions. */
  console: string[]
  /** Requests to any other origin than the server's. */
  elsewhere: string[]
}

/** Notes the faults of a page from now on. `ignore` is for the messages a test provokes, such as a refused request. */
export function watchFaults(page: Page, origin: string, ignore: RegExp = /^$/): Faults {
  const faults: Faults = { console: [], elsewhere: [] }
  page.on('console', (message) => {
    const isBad = message.type() === 'error' || message.type() === 'warning'
    if (isBad && !ignore.test(message.text())) faults.console.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.console.push(`exception: ${error.message}`))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) faults.elsewhere.push(url)
  })
  return faults
}

/** The rules of axe-core that look at colours: in the dark, after all of them in the light, only these can say more. */
export const ABOUT_COLOURS = ['color-contrast', 'link-in-text-block']

let axeSource: string | undefined

/** What axe-core says, in lines: rule, element, why. The CSP lets no script in; the protocol of the browser does. */
export async function axe(page: Page, rules?: readonly string[]): Promise<string[]> {
  axeSource ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  if (!(await page.evaluate<boolean>('typeof axe === "object"'))) await page.evaluate(axeSource)
  await page.waitForTimeout(250)
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) }
  const violations = await page.evaluate<{ id: string; nodes: { html: string; failureSummary: string }[] }[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  )
}
