/**
 * The page around Swagger UI. It is the same for everybody and holds no secret: public/docs.js loads the document in the
 * browser, with a token that the person gives it. No script and no style stands in the page, so the CSP can forbid both.
 */
import { html } from 'hono/html'

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

interface DocsPage {
  title: string
  /** Where the OpenAPI document is, on this server. */
  documentUrl: string
}

/** The HTML of the page for one document. */
export function docsPage({ title, documentUrl }: DocsPage) {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/swagger-ui-dist/swagger-ui.css" />
        <link rel="stylesheet" href="/docs.css" />
        <script src="/swagger-ui-dist/swagger-ui-bundle.js" defer />
        <script src="/docs.js" defer />
      </head>
      <body>
        <main id="docs" data-document-url={documentUrl}>
          <noscript>
            <p class="notice">This page needs JavaScript.</p>
          </noscript>
          <p id="docs-status" class="notice" role="status" hidden>
            Loading the documentation…
          </p>
          <TokenForm />
          <div id="swagger-ui" />
        </main>
      </body>
    </html>
  )
  return html`<!doctype html>${page}`
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
      <button type="submit">Open</button>
    </form>
  )
}
