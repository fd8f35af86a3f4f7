/** How long the document of a large project takes to make. */
import { expect, test } from 'vitest'
import { projectDocument } from '../../../src/api/v1/project-document'
import { fastest } from '../../support/fastest'
import { LIMITS, ORIGIN, PROJECT, manyTables } from './tables'

/** Milliseconds of CPU that this process has had: a third of a second of work never goes by undisturbed on a busy machine. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

test('the document of a project of 200 tables with 50 columns is made in under 300 ms', async () => {
  const tables = manyTables(200, 50)
  const make = () => projectDocument({ project: PROJECT, tables, origins: [ORIGIN], limits: LIMITS })
  const took = await fastest(300, make, cpuTime)
  expect(took).toBeGreaterThan(1)
  expect(took).toBeLessThan(300)
})
