// npm test: everything the tests need, then all of them. Arguments go to vitest: npm test -- test/unit/where.test.ts
// `--long` as the first: ten times as many random cases.
import { copySwaggerUi, installDependencies, runScript, runTool } from './setup.mjs'

await runScript(async () => {
  installDependencies()
  copySwaggerUi()
  const args = process.argv.slice(2)
  const isLong = args[0] === '--long'
  return runTool('vitest/vitest.mjs', ['run', ...args.slice(isLong ? 1 : 0)], isLong ? { LONG: '1' } : {})
})
