// npm test: everything the tests need, then all of them. Arguments go to vitest: npm test -- test/unit/where.test.ts
import { copySwaggerUi, installDependencies, runScript, runTool } from './setup.mjs'

await runScript(async () => {
  installDependencies()
  copySwaggerUi()
  return runTool('vitest/vitest.mjs', ['run', ...process.argv.slice(2)])
})
