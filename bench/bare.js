/**
 * What there would be without Latchkey: a Worker that does by hand the same D1 statements, and nothing else. No framework, no
 * checks of input, no errors. The table and its columns come in the query string.
 */
const IDENTITY = `SELECT u.id, u.email, u.roles, u.token_version, p.id AS project_id, p."database", p.schema_version, m.role
  FROM api_tokens a JOIN users u ON u.id = a.user_id
  LEFT JOIN projects p ON p.id = ?2 AND p.deleted_at IS NULL
  LEFT JOIN project_members m ON m.project_id = p.id AND m.user_id = u.id
  WHERE a.token_hash = ?1`

export default {
  async fetch(request, env) {
    const url = new URL(request.url)
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(request.headers.get('xc-token')))
    const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
    const { results } = await env.DB.prepare(IDENTITY).bind(hash, url.searchParams.get('project')).all()
    if (results.length === 0) return new Response('{}', { status: 401 })
    const table = url.searchParams.get('table')
    const columns = url.searchParams.get('columns')
    const id = url.searchParams.get('id')
    if (request.method === 'POST') {
      const { Title, Qty, Code, Price, Done } = await request.json()
      const [inserted] = await env.DATA.batch([
        env.DATA.prepare(
          `INSERT INTO "${table}" (c2, c3, c4, c5, c6, c7, c8) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING ${columns}`,
        ).bind(Title, Qty, Code, Price, Done ? 1 : 0, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00'),
        env.DATA.prepare('UPDATE row_counts SET total = total + changes(), changed = changes() WHERE table_name = ?').bind(table),
      ])
      return Response.json(inserted.results[0])
    }
    if (id !== null) {
      const row = await env.DATA.prepare(`SELECT ${columns} FROM "${table}" WHERE c1 = ?`).bind(Number(id)).all()
      return Response.json(row.results[0])
    }
    const [page, count] = await env.DATA.batch([
      env.DATA.prepare(`SELECT ${columns} FROM "${table}" ORDER BY c1 LIMIT 25 OFFSET 0`),
      env.DATA.prepare('SELECT total FROM row_counts WHERE table_name = ?').bind(table),
    ])
    return Response.json({ list: page.results, pageInfo: { totalRows: count.results[0].total } })
  },
}
