/** Mails to people, sent where a MAIL binding is configured; without one an administrator hands out links. */
import type { Context } from 'hono'
import type { AppEnv } from '../env'
import { originOf } from '../http/origin'

type MailKind = 'reset' | 'verification' | 'invitation'

const SUBJECTS: Record<MailKind, string> = {
  reset: 'Reset your password',
  verification: 'Confirm your e-mail address',
  invitation: 'You are invited',
}

const SENTENCES: Record<MailKind, string> = {
  reset: 'Someone, probably you, asked to reset the password of your account. The link works for one hour:',
  verification: 'Please confirm that this is your e-mail address. The link works for 24 hours:',
  invitation: 'You are invited to join. The link works for 24 hours:',
}

export function canSendMail(c: Context<AppEnv>): boolean {
  return c.env.MAIL !== undefined
}

/** The link of a mail. Its origin is the configured one or the request's own; never one that a header names. */
export function mailLink(c: Context<AppEnv>, kind: MailKind, token: string): string {
  const origin = originOf(c)
  switch (kind) {
    case 'reset':
      return `${origin}/auth/password/reset/${token}`
    case 'verification':
      return `${origin}/auth/email/verify/${token}`
    case 'invitation':
      return `${origin}/auth/signup/${token}`
  }
}

/** Sends one mail, where mail is configured. */
export async function sendMail(c: Context<AppEnv>, to: string, kind: MailKind, token: string): Promise<void> {
  const { MAIL } = c.env
  const from = c.get('config').mailFrom
  if (MAIL === undefined || from === null) return
  await MAIL.send({ from, to, subject: SUBJECTS[kind], text: `${SENTENCES[kind]}\n\n${mailLink(c, kind, token)}\n` })
}

/** Work that the answer does not wait for: no route fails, takes longer or answers differently because of mail. */
export function inBackground(c: Context<AppEnv>, work: Promise<void>): void {
  const log = (error: unknown) => console.error(JSON.stringify({ request_id: c.get('requestId'), mail: String(error) }))
  c.executionCtx.waitUntil(work.catch(log))
}
