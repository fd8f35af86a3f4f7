/** Which address a deployment is told, so that links in mails lead there. */
import { describe, expect, test } from 'vitest'
import { publicUrlToSet } from '../../../scripts/public-url.mjs'

const MAIL = '[[send_email]]\nname = "MAIL"\n'
const PLAIN = 'name = "latchkey"\n'

interface Deployment {
  config?: string
  secrets?: string
  given?: string
  ask?: (() => Promise<string>) | null
}

const toSet = ({ config = MAIL, secrets = '[]', given, ask = null }: Deployment): Promise<string | null> =>
  publicUrlToSet({ config, secrets, given, ask })

describe('a deployment that sends mail', () => {
  test('is told what is typed', async () => {
    expect(await toSet({ ask: () => Promise.resolve(' https://api.example.org/ ') })).toBe('https://api.example.org')
  })

  test('is told what the environment says, without a question', async () => {
    expect(await toSet({ given: 'https://api.example.org' })).toBe('https://api.example.org')
  })

  test('is refused where nobody can be asked', async () => {
    await expect(toSet({})).rejects.toThrow('NC_PUBLIC_URL=https://')
  })

  test.each(['', 'api.example.org', 'http://api.example.org', 'https://api.example.org/path', 'javascript:alert(1)'])(
    'is not told "%s"',
    async (typed) => {
      await expect(toSet({ ask: () => Promise.resolve(typed) })).rejects.toThrow('must be an origin')
    },
  )

  test.each<[string, Deployment]>([
    ['wrangler.toml', { config: `[vars]\nNC_PUBLIC_URL = "https://api.example.org"\n${MAIL}` }],
    ['a secret of before', { secrets: '[{"name": "NC_PUBLIC_URL", "type": "secret_text"}]' }],
  ])('that knows it by %s is asked nothing', async (_, deployment) => {
    expect(await toSet(deployment)).toBeNull()
  })
})

test('a deployment without mail needs none, and takes one that is given', async () => {
  expect(await toSet({ config: PLAIN })).toBeNull()
  expect(await toSet({ config: PLAIN, given: 'https://api.example.org' })).toBe('https://api.example.org')
})
