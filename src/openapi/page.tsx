/**
 * The page around Swagger UI. It is the same for everybody and holds no secret: public/docs/main.js loads the document in the
 * browser, with a token that the person gives it. No script and no style stands in the page, so the CSP can forbid both.
 */
import { swaggerUI } from '@hono/swagger-ui'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../http/app-env'

export const DOCS_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Swagger UI's stylesheet holds its icons as data: URLs.
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')

export interface DocsPage {
  /** Ours: it stands in the page as it is. */
  title: string
  /** Where the OpenAPI document is, on this server. */
  documentUrl: string
  /** Of this page, to come back to after signing in. */
  path: string
  /** Whose rows the document is about. */
  projectId: string | null
  /** Pages of the other versions of this API, and this one with an empty `href`: a switch, where there is a choice. */
  versions: readonly { label: string; href: string }[]
}

/** What main.js imports, loaded beside it and not after it. */
const MODULES = [
  ...[
    'accessible',
    'authorization',
    'bar',
    'code',
    'document',
    'elements',
    'list-once',
    'load',
    'paths',
    'request',
    'session',
    'swagger',
    'tokens',
    'views',
  ].map((name) => `docs/${name}`),
  'snippets/snippets',
]

/** Answers with the page for one document. */
export function docsPage(page: DocsPage): MiddlewareHandler<AppEnv> {
  return swaggerUI<AppEnv>({
    title: page.title,
    url: page.documentUrl,
    // Our own origin, not the CDN that it would take.
    baseUrl: '',
    // Its own body has a script in it, which the policy forbids.
    // oxlint-disable-next-line typescript/no-base-to-string -- nothing in it waits, so it is text
    manuallySwaggerUIHtml: (assets) => String(<Body {...page} assets={assets} />),
  })
}

interface Assets {
  css: readonly string[]
  js: readonly string[]
}

function Body({ assets, ...page }: DocsPage & { assets: Assets }) {
  return (
    <>
      <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
      {[...assets.css, '/docs.css'].map((href) => (
        <link rel="stylesheet" href={href} />
      ))}
      {assets.js.map((src) => (
        <script src={src} defer />
      ))}
      {MODULES.map((name) => (
        <link rel="modulepreload" href={`/${name}.js`} />
      ))}
      <script type="module" src="/docs/main.js" />
      <Bar {...page} />
      <main id="docs-start">
        <noscript>
          <p class="notice">This page needs JavaScript.</p>
        </noscript>
        <p id="docs-status" class="notice" role="status" hidden>
          Loading the documentation…
        </p>
        <TokenForm />
      </main>
      <div id="docs" data-document-url={page.documentUrl}>
        <div id="swagger-ui" />
      </div>
      <p id="docs-said" role="status" />
    </>
  )
}

/** Whose page this is, the way back, and with which token it asks: filled in by public/docs/bar.js. */
function Bar({ path, projectId, versions }: DocsPage) {
  return (
    <header class="bar">
      <a class="home" href="/">
        <img src="/favicon.svg" alt="" width="24" height="24" />
        Latchkey
      </a>
      {projectId === null ? (
        <a id="docs-back" href="/projects">
          Projects
        </a>
      ) : (
        <a id="docs-back" href={`/projects/${encodeURIComponent(projectId)}`} data-named="project">
          Back to the project
        </a>
      )}
      {versions.length > 1 && (
        <nav aria-label="Version of the API">
          {versions.map(({ label, href }) => (href === '' ? <b aria-current="page">{label}</b> : <a href={href}>{label}</a>))}
        </nav>
      )}
      <span id="docs-token-in-use" />
      <button type="button" data-use-session hidden />
      <a id="docs-sign-in" href={`/?next=${encodeURIComponent(path)}`} hidden>
        Sign in
      </a>
    </header>
  )
}

/** Shown when the document cannot be loaded without a token. It has no action: the token goes into a header, never into a URL. */
function TokenForm() {
  return (
    <form id="docs-token" class="panel" method="post" hidden>
      <h1>Open the API documentation</h1>
      <p>
        It describes your own tables, so it opens with a token of yours. The token stays in this tab and goes only to this server.
      </p>
      <label for="docs-token-field">Paste an Auth Token or an API Token</label>
      <input
        id="docs-token-field"
        type="text"
        required
        maxlength={8192}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-describedby="docs-token-error"
      />
      <p id="docs-token-error" class="error" role="alert" />
      <div class="buttons">
        <button type="submit">Open</button>
        <button type="button" class="quiet" data-use-session hidden />
      </div>
    </form>
  )
}
