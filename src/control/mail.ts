/** Mails to people, sent where a MAIL binding is configured; without one an administrator hands out links. */
import type { Work } from './work'

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

export function canSendMail({ mail }: Pick<Work, 'mail'>): boolean {
  return mail !== undefined
}

/** The link of a mail. Its origin is the configured one or the request's own; never one that a header names. */
export function mailLink({ origin }: Pick<Work, 'origin'>, kind: MailKind, token: string): string {
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
export async function sendMail(work: Work, to: string, { kind, token }: { kind: MailKind; token: string }): Promise<void> {
  const { mail } = work
  const from = work.config.mailFrom
  if (mail === undefined || from === null) return
  await mail.send({ from, to, subject: SUBJECTS[kind], text: `${SENTENCES[kind]}\n\n${mailLink(work, kind, token)}\n` })
}

/** Work that the answer does not wait for: no route fails, takes longer or answers differently because of mail. */
export function inBackground({ source, waitUntil }: Pick<Work, 'source' | 'waitUntil'>, task: Promise<void>): void {
  const log = (error: unknown) => console.error(JSON.stringify({ request_id: source.requestId, mail: String(error) }))
  waitUntil(task.catch(log))
}
