/** The dashboard: its screens, and which of its paths need a session. */
import { createRouter } from '../http/router'
import { accountRoutes } from './account'
import { adminRoutes } from './admin'
import { ownTokenRoutes, projectTokenRoutes } from './api-tokens'
import { auditRoutes } from './audit'
import { columnRoutes } from './columns'
import { deleteRowsRoutes } from './delete-rows'
import { importRoutes } from './import'
import { mailLinkRoutes } from './mail-links'
import { memberRoutes } from './members'
import { projectRoutes } from './projects'
import { rowRoutes } from './rows'
import { sessionRoutes } from './session'
import { signInRoutes } from './sign-in'
import { tablePageRoutes } from './table'
import { tableRoutes } from './tables'

/** Path prefixes of the screens that need the session of a browser. Without one the gate sends people to `/` to sign in. */
export const SESSION_PAGES = ['/projects', '/account', '/admin', '/session'] as const

/** Screens for people who are not signed in. Nothing below them is looked at before the handler does. */
export const PUBLIC_PAGES = {
  'GET /': 'none',
  'POST /sign-in': 'none',
  'GET /sign-up': 'none',
  'POST /sign-up': 'none',
  'GET /forgot-password': 'none',
  'POST /forgot-password': 'none',
  'GET /auth/signup/:token': 'none',
  'POST /sign-up/:token': 'none',
  'GET /auth/password/reset/:token': 'none',
  'POST /reset-password/:token': 'none',
  'GET /auth/email/verify/:token': 'none',
  'POST /verify-email/:token': 'none',
  'GET /session': 'optional',
} as const

export const dashboardRoutes = createRouter()

dashboardRoutes.route('/', signInRoutes)
dashboardRoutes.route('/', mailLinkRoutes)
dashboardRoutes.route('/', sessionRoutes)
dashboardRoutes.route('/', projectRoutes)
dashboardRoutes.route('/', projectTokenRoutes)
dashboardRoutes.route('/', memberRoutes)
dashboardRoutes.route('/', ownTokenRoutes)
dashboardRoutes.route('/', accountRoutes)
dashboardRoutes.route('/', adminRoutes)
dashboardRoutes.route('/', auditRoutes)
dashboardRoutes.route('/', tableRoutes)
dashboardRoutes.route('/', tablePageRoutes)
dashboardRoutes.route('/', columnRoutes)
dashboardRoutes.route('/', rowRoutes)
dashboardRoutes.route('/', deleteRowsRoutes)
dashboardRoutes.route('/', importRoutes)
