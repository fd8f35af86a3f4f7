/** Which part of a list is shown, and the way to the others. */
import type { Context } from 'hono'
import type { AppEnv } from '../http/app-env'
import { Icon } from './icons'

interface PagerProps {
  /** Path of the list. */
  base: string
  /** Its other parameters; empty ones are left out. */
  query: readonly (readonly [name: string, value: string])[]
  total: number
  offset: number
  size: number
  /** Plural of what is listed. */
  what: string
  /** Said even when there is one page only. */
  always?: boolean
}

/** How many of a list the address says to pass over; none when it says no such thing, or more than any list has. */
export function readOffset(c: Context<AppEnv>): number {
  const text = c.req.query('offset') ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : 0
}

/** How many of a list come before its last page. */
export function lastOffset(total: number, size: number): number {
  return Math.max(0, Math.floor((total - 1) / size) * size)
}

/** Nothing when the whole list is shown. */
export function Pager({ base, query, total, offset, size, what, always = false }: PagerProps) {
  if (total <= size && offset === 0 && !always) return null
  const to = (target: number) => withQuery(base, [...query, ['offset', target === 0 ? '' : String(target)]])
  const last = lastOffset(total, size)
  return (
    <nav class="actions pager" aria-label="Pages">
      <span data-total={String(total)} data-first={String(Math.min(offset + 1, total + 1))}>
        {total === 0
          ? `0 ${what}`
          : `${number(Math.min(offset + 1, total))}–${number(Math.min(offset + size, total))} of ${number(total)} ${what}`}
      </span>
      {total > size && (
        <>
          <PageLink href={to(Math.max(0, offset - size))} disabled={offset === 0} label="Previous page" icon="left" />
          <PageLink href={to(offset + size)} disabled={offset >= last} label="Next page" icon="right" />
        </>
      )}
    </nav>
  )
}

function PageLink({ href, disabled, label, icon }: { href: string; disabled: boolean; label: string; icon: 'left' | 'right' }) {
  return disabled ? (
    <span class="button button-icon button-small" aria-disabled="true" role="link" aria-label={label}>
      <Icon name={icon} />
    </span>
  ) : (
    <a class="button button-icon button-small" href={href} aria-label={label} rel={icon === 'left' ? 'prev' : 'next'}>
      <Icon name={icon} />
    </a>
  )
}

/** A path with the parameters that say something. */
export function withQuery(path: string, query: readonly (readonly [name: string, value: string])[]): string {
  const text = query
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  return text === '' ? path : `${path}?${text}`
}

function number(value: number): string {
  return value.toLocaleString('en')
}
