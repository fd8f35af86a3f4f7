import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { checkProjectParameters, needs } from '../../../src/control/access/guard'
import { param } from '../../../src/control/access/place'
import type { AppEnv } from '../../../src/http/app-env'

const inProject = { project: param('projectId') }

/** What a mount of the route says before anyone calls it. */
function mount(path: string, place: typeof inProject) {
  const sub = new Hono<AppEnv>()
  sub.get(path, needs('dataList', place).middleware, (c) => c.body(null))
  const app = new Hono<AppEnv>()
  app.route('/projects', sub)
  return () => checkProjectParameters(app.routes)
}

describe('a guard that finds its project in a parameter', () => {
  test('is mounted where the path has it', () => {
    expect(mount('/:projectId/tables', inProject)).not.toThrow()
  })

  test.each(['/tables', '/projectId', '/:project', '/:projectIdentity', '/:tableId'])('is refused at start below %s', (path) => {
    expect(mount(path, inProject)).toThrow(`GET /projects${path} has no parameter :projectId that names its project`)
  })

  test('is refused at start where another parameter names the project', () => {
    expect(mount('/:projectId/tables', { project: param('tableId', 'table') })).toThrow(
      'GET /projects/:projectId/tables has no parameter :tableId that names its project',
    )
  })
})

test('what a permission is of decides whether its guard says where the project is', () => {
  // @ts-expect-error Roles in a project carry it, and this says in which project nowhere.
  expect(needs('dataList').middleware.project).toBeNull()
  // @ts-expect-error Organisation roles carry it, and no role in a project does.
  expect(needs('orgUserList', inProject).middleware.project).toEqual({ name: 'projectId', by: 'id' })
  expect(needs('dataList', inProject).middleware.project).toEqual({ name: 'projectId', by: 'id' })
  expect(needs('orgUserList').middleware.project).toBeNull()
  expect(needs('apiTokenList', inProject).middleware.project).toEqual({ name: 'projectId', by: 'id' })
  expect(needs('apiTokenList').middleware.project).toBeNull()
})
