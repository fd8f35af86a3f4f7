/** One of everything there is, for requests to any route to find what they name. */
import { env } from 'cloudflare:workers'
import type { Bindings } from '../../src/config'
import { hmacSha256 } from '../../src/lib/crypto'
import {
  type Person,
  addMember,
  claimsOf,
  createProject,
  createTable,
  createToken,
  request,
  signIn,
  signUp,
  signUpCreator,
  succeed,
  superAdmin,
} from './client'
import { preview, upload } from './import'

export interface World {
  /** The super admin, and the owner of the project; her address is not confirmed. */
  admin: Person
  ada: Person
  /** Ada in another browser: the id of that session. */
  otherSession: string
  /** Viewer of the project. */
  bob: Person
  /** Invited to the project. */
  invitee: { id: string; email: string; inviteToken: string }
  resetToken: string
  /** Confirms Ada's address. */
  verificationToken: string
  /** API Tokens, by id. */
  tokens: { ada: number; bob: number }
  project: { id: string; baseId: string }
  /** With the columns Title, Code (without duplicates) and Qty, and two rows. */
  table: { id: string; title: string; columnId: (title: string) => string; versionOfFirst: string }
  /** Imports into a new table: nothing has come yet, all has come, and all was looked at. */
  imports: { begun: string; uploaded: string; previewed: string }
}

/** Sends mails nowhere; `mails` are their texts. */
export function withMail(mails: string[] = []): Bindings {
  const send = ({ text }: { text: string }) => Promise.resolve(void mails.push(text))
  const mail = { MAIL: { send } as unknown as SendEmail, NC_MAIL_FROM: 'noreply@example.org', NC_PUBLIC_URL: 'http://localhost' }
  return { ...env, ...mail, NC_PASSWORD_HASH: 'pbkdf2' }
}

export const CSV = 'Name,Qty\nPen,1\nInk,2\n'

export async function makeWorld(): Promise<World> {
  const [admin, ada, bob] = [await superAdmin(), await signUpCreator(), await signUp()]
  const { auth } = ada
  const project = await createProject(auth, 'Shop')
  const table = await makeTable(auth, project.id)
  await addMember(auth, project.id, bob.email, 'viewer')
  const path = `/api/v1/db/meta/projects/${project.id}`
  const email = 'invitee@example.org'
  const { body: invited } = await succeed(request('POST', `${path}/users`, { auth, body: { email, roles: 'viewer' } }))
  const { body: members } = await succeed(request('GET', `${path}/users`, { auth }))
  const { body: reset } = await succeed(request('POST', `/api/v1/users/${bob.id}/generate-reset-url`, { auth: admin.auth }))
  const { body: whole } = await succeed(request('GET', path, { auth }))
  const client = { project: project.id, options: { auth } }
  const [begun, uploaded, previewed] = [
    await succeed(request('POST', `${path}/imports`, { auth, body: { name: 'begun.csv', size: CSV.length } })),
    await upload(client, CSV),
    await upload(client, CSV),
  ]
  await preview(client, previewed)
  return {
    admin,
    ada,
    bob,
    otherSession: String(claimsOf((await signIn(ada)).auth)['sid']),
    invitee: {
      id: members.users.list.find((member: { email: string }) => member.email === email).id,
      email,
      inviteToken: invited.invite_token,
    },
    resetToken: reset.reset_password_token,
    verificationToken: await mailedConfirmation(ada),
    tokens: { ada: (await createToken(auth, 'nightly')).id, bob: (await createToken(bob.auth, 'hourly')).id },
    project: { id: project.id, baseId: whole.bases[0].id },
    table,
    imports: { begun: begun.body.id, uploaded, previewed },
  }
}

async function makeTable(auth: string, projectId: string): Promise<World['table']> {
  const columns = [{ title: 'Title' }, { title: 'Code', unique: true }, { title: 'Qty', uidt: 'Number' }]
  const made = await createTable(auth, projectId, { title: 'Items', columns })
  const rows = [
    { Title: 'Pen', Code: 'a', Qty: 1 },
    { Title: 'Ink', Code: 'b', Qty: 2 },
  ]
  await succeed(request('POST', `/api/v1/db/data/bulk/noco/${projectId}/${made.id}`, { auth, body: rows }))
  const columnId = (title: string) => made.columns.find((column: { title: string }) => column.title === title).id
  const { headers } = await succeed(request('GET', `/api/v1/db/data/noco/${projectId}/${made.id}/1`, { auth }))
  return { id: made.id, title: made.title, columnId, versionOfFirst: headers.get('etag')?.slice(2, -1) ?? '' }
}

/** As Account asks for it. */
async function mailedConfirmation(person: Person): Promise<string> {
  const mails: string[] = []
  const form = new URLSearchParams({ csrf: await csrfOf(person) })
  const answer = await request('POST', '/account/confirmation', {
    refresh: person.refresh,
    body: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    env: withMail(mails),
  })
  if (answer.status !== 303) throw new Error(`${answer.status}: ${answer.body}`)
  return /verify\/([\w-]+)/.exec(mails.join())?.[1] ?? ''
}

/** What the forms of a person's session carry. */
export function csrfOf({ auth }: Person): Promise<string> {
  return hmacSha256(env.NC_AUTH_JWT_SECRET, `form:${String(claimsOf(auth)['sid'])}`)
}
