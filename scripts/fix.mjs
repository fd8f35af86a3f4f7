// npm run fix: what lint and format can repair by themselves, and what is generated into src.
import { writeCommonPasswordsFilter } from './common-passwords.mjs'
import { generateWorkerTypes, installDependencies, runScript, runTool } from './setup.mjs'

await runScript(async () => {
  installDependencies()
  await generateWorkerTypes()
  writeCommonPasswordsFilter()
  const lint = await runTool('oxlint/bin/oxlint', ['--fix', '--deny-warnings', '.'])
  const format = await runTool('oxfmt/bin/oxfmt', ['.'])
  return lint === 0 ? format : lint
})
