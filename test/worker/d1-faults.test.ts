/** Each route of the API, with each of its calls to D1 failing: 503 or done, never half, and nothing of the engine told. */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { ROUTE_REQUESTS } from '../support/route-requests'
import { type Stage, ROUTES, expectWholeAtEachFault, isApi, makeStage, routeOf } from '../support/walk'

let stage: Stage

beforeAll(async () => {
  stage = await makeStage()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

test('every route has a request that it answers well, and no request is for a route that is none', () => {
  expect([...new Set(Object.keys(ROUTE_REQUESTS).map(routeOf))].toSorted()).toEqual(ROUTES.toSorted())
})

describe('with each of its calls to D1 failing in turn, before its effect and after it, a route is 503 or done, never half', () => {
  test.each(Object.keys(ROUTE_REQUESTS).filter((route) => isApi(route)))('%s', async (route) => {
    await expectWholeAtEachFault(stage, route)
  })
})
