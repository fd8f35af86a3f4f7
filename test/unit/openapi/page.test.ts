import { describe, expect, test } from 'vitest'
import { DOCS_CSP, docsPage } from '../../../src/openapi/page'

describe('the docs page', () => {
  test('escapes what it is given', async () => {
    const page = String(
      await docsPage({ title: '</title><script>alert(1)</script>', documentUrl: '/x"><script>alert(2)</script>' }),
    )
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('&lt;script&gt;alert(1)')
    expect(page).toContain('data-document-url="/x&quot;&gt;&lt;script&gt;alert(2)')
  })

  test('holds no inline script and no inline style, and loads from this server only', async () => {
    const page = String(await docsPage({ title: 'API', documentUrl: '/openapi.json' }))
    expect(page.startsWith('<!doctype html><html lang="en">')).toBe(true)
    expect(page).not.toMatch(/<script(?![^>]* src="\/[^/])|<style|\sstyle=|\son\w+=/)
    expect([...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url)).toEqual([
      '/favicon.svg',
      '/swagger-ui-dist/swagger-ui.css',
      '/docs.css',
      '/swagger-ui-dist/swagger-ui-bundle.js',
      '/docs.js',
    ])
  })

  test('is served under a policy that allows nothing inline and nothing from elsewhere', () => {
    expect(DOCS_CSP).toContain("default-src 'none'")
    expect(DOCS_CSP).not.toMatch(/unsafe|\*|https?:/)
  })
})
