/** In which order a deployment happens. */
import { expect, test } from 'vitest'
import { deployInOrder } from '../../../scripts/deploy-order.mjs'

async function orderOf(isUpgrade: boolean, failing: string | null = null): Promise<[number, string[]]> {
  const done: string[] = []
  const step = (name: string) => () => {
    done.push(name)
    return Promise.resolve(name === failing ? 7 : 0)
  }
  return [await deployInOrder({ isUpgrade, migrate: step('migrate'), deploy: step('deploy') }), done]
}

test('an upgrade migrates first, so that no code meets an older database', async () => {
  expect(await orderOf(true)).toEqual([0, ['migrate', 'deploy']])
})

test('a first deployment deploys first: it makes the databases', async () => {
  expect(await orderOf(false)).toEqual([0, ['deploy', 'migrate']])
})

test('what fails ends it: no code goes up after a failed migration', async () => {
  expect(await orderOf(true, 'migrate')).toEqual([7, ['migrate']])
  expect(await orderOf(false, 'deploy')).toEqual([7, ['deploy']])
})
