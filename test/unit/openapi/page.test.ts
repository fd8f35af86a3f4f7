import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { DOCS_CSP, type DocsPage, docsPage } from '../../../src/openapi/page'

async function render(options: Partial<DocsPage> = {}): Promise<string> {
  const page = docsPage({ title: 'API', documentUrl: '/openapi.json', path: '/docs', projectId: null, versions: [], ...options })
  const response = await new Hono().get('/', page).request('/')
  return response.text()
}

describe('the docs page', () => {
  test('escapes what comes from an address', async () => {
    const evil = '"><script>alert(1)</script>'
    const page = await render({ documentUrl: `/x${evil}`, path: `/y${evil}`, projectId: `p${evil}` })
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('data-document-url="/x&quot;&gt;&lt;script&gt;alert(1)')
  })

  test('holds no inline script and no inline style, and loads from this server only', async () => {
    const page = await render()
    expect(page.trimStart()).toMatch(/^<!doctype html>\s*<html lang="en">/)
    expect(page).not.toMatch(/<script(?![^>]* src="\/[^/])|<style|\sstyle=|\son\w+=/)
    const urls = [...page.matchAll(/<(?:script|link|img)[^>]* (?:src|href)="([^"]*)"/g)].map(([, url]) => url)
    expect(urls).toEqual(
      expect.arrayContaining([
        '/favicon.svg',
        '/swagger-ui-dist/swagger-ui.css',
        '/docs.css',
        '/swagger-ui-dist/swagger-ui-bundle.js',
        '/docs/main.js',
      ]),
    )
    expect(urls.filter((url) => !/^\/[^/]/.test(url ?? ''))).toEqual([])
  })

  test('leads back to the project, and to signing in and here again', async () => {
    const page = await render({ projectId: 'p_1', path: '/api/v1/db/meta/projects/p_1/swagger' })
    expect(page).toContain('href="/projects/p_1"')
    expect(page).toContain('href="/?next=%2Fapi%2Fv1%2Fdb%2Fmeta%2Fprojects%2Fp_1%2Fswagger"')
  })

  test('has a switch between versions of the API as soon as there are two', async () => {
    expect(await render({ versions: [{ label: 'v1', href: '' }] })).not.toContain('<nav')
    const page = await render({
      versions: [
        { label: 'v1', href: '' },
        { label: 'v2', href: '/v2' },
      ],
    })
    expect(page).toContain('<nav aria-label="Version of the API"><b aria-current="page">v1</b><a href="/v2">v2</a></nav>')
  })

  test('is served under a policy that allows nothing inline and nothing from elsewhere', () => {
    expect(DOCS_CSP).toContain("default-src 'none'")
    expect(DOCS_CSP).not.toMatch(/unsafe|\*|https?:/)
  })
})
