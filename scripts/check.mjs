// npm run check: types, lint and format of everything, and that generated files are as they would be generated now.
import { isCommonPasswordsFilterCurrent } from './common-passwords.mjs'
import { generateWorkerTypes, installDependencies, runScript, runTool } from './setup.mjs'

const CHECKS = [
  { name: 'types of src', tool: 'typescript/bin/tsc', args: ['-p', '.'] },
  { name: 'types of tests', tool: 'typescript/bin/tsc', args: ['-p', 'test'] },
  { name: 'types of scripts', tool: 'typescript/bin/tsc', args: ['-p', 'scripts'] },
  { name: 'types of the browser script', tool: 'typescript/bin/tsc', args: ['-p', 'tsconfig.browser.json'] },
  { name: 'lint', tool: 'oxlint/bin/oxlint', args: ['--deny-warnings', '.'] },
  { name: 'format', tool: 'oxfmt/bin/oxfmt', args: ['--check', '.'] },
]

await runScript(async () => {
  installDependencies()
  await generateWorkerTypes()
  const failed = []
  for (const { name, tool, args } of CHECKS) {
    if ((await runTool(tool, args)) !== 0) failed.push(name)
  }
  if (!isCommonPasswordsFilterCurrent()) failed.push('the filter of common passwords, which npm run fix makes again')
  if (failed.length > 0) console.error(`\nNot in order: ${failed.join(', ')}.`)
  return failed.length > 0 ? 1 : 0
})
