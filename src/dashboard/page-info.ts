/** What any component may ask about the page it stands on. */
import { createContext, useContext } from 'hono/jsx'
import type { Actor, ProjectContext } from '../actor'

export interface PageInfo {
  actor: Actor | null
  project: ProjectContext | null
  /** Goes into every form that changes something. */
  csrf: string
  notice: string | null
  now: number
}

export const PageInfoContext = createContext<PageInfo>({ actor: null, project: null, csrf: '', notice: null, now: 0 })

export function usePage(): PageInfo {
  return useContext(PageInfoContext)
}
