export const DOCS_CSP = "default-src 'none'"
export function docsPage(_options: { title: string; documentUrl: string }): string {
  return ''
}
