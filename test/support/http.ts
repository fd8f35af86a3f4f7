/** The running product as a program sees it: JSON over HTTP. For end-to-end tests; worker tests have client.ts. */

/** What JSON.parse gives: tests say what they expect of it. */
type Json = ReturnType<JSON['parse']>

/** The body of a JSON request that must work. */
export async function call(url: string, { auth, body }: { auth?: string; body?: object } = {}): Promise<Json> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(auth === undefined ? {} : { 'xc-auth': auth }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} from ${url}: ${text}`)
  return JSON.parse(text)
}
