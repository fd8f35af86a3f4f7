// npm run screenshots: every screen of the dashboard as a picture, into test/e2e/screenshots/ (test/support/screenshots.ts).
import { copySwaggerUi, installDependencies, runScript, runTool } from './setup.mjs'

await runScript(async () => {
  installDependencies()
  copySwaggerUi()
  return runTool('../test/support/screenshots.ts', process.argv.slice(2))
})
