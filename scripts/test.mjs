// npm test: everything the tests need, then all of them. Arguments go to vitest: npm test -- test/unit/where.test.ts
// As the first, `--long`: ten times as many random cases; `--watch`: again after each change, those that it touches.
import { copySwaggerUi, installDependencies, runScript, runTool } from './setup.mjs'

await runScript(async () => {
  installDependencies()
  copySwaggerUi()
  const [first, ...rest] = process.argv.slice(2)
  if (first === '--watch') return runTool('vitest/vitest.mjs', ['watch', ...rest])
  if (first === '--long') return runTool('vitest/vitest.mjs', ['run', ...rest], { LONG: '1' })
  return runTool('vitest/vitest.mjs', ['run', ...process.argv.slice(2)])
})
