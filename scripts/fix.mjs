// npm run fix: what lint and format can mend by themselves.
import { generateWorkerTypes, installDependencies, runScript, runTool } from './setup.mjs'

await runScript(async () => {
  installDependencies()
  await generateWorkerTypes()
  const lint = await runTool('oxlint/bin/oxlint', ['--fix', '--deny-warnings', '.'])
  const format = await runTool('oxfmt/bin/oxfmt', ['.'])
  return lint === 0 ? format : lint
})
