/** The screens of Team & Settings. */
import { Can } from './controls'
import { usePage } from './page-info'

export function SettingsTabs({ open }: { open: 'api-tokens' | 'users' | 'project' | 'audit' }) {
  const { project } = usePage()
  const base = `/projects/${project?.id}/settings`
  const current = (tab: typeof open) => (tab === open ? { 'aria-current': 'page' as const } : {})
  return (
    <>
      <h1>Team &amp; Settings</h1>
      <nav class="tabs" aria-label="Team & Settings">
        <Can permission="apiTokenList">
          <a href={`${base}/api-tokens`} {...current('api-tokens')}>
            API Tokens Management
          </a>
        </Can>
        <Can permission="userList">
          <a href={`${base}/users`} {...current('users')}>
            Users Management
          </a>
        </Can>
        <a href={`${base}/project`} {...current('project')}>
          Project
        </a>
        <Can permission="projectAuditList">
          <a href={`${base}/audit`} {...current('audit')}>
            Audit log
          </a>
        </Can>
      </nav>
    </>
  )
}
