// npm run build: the bundle that would be deployed, in dist/. Nothing leaves this machine.
import { copySwaggerUi, installDependencies, runScript, runTool } from './setup.mjs'

await runScript(async () => {
  installDependencies()
  copySwaggerUi()
  return runTool('wrangler/bin/wrangler.js', ['deploy', '--dry-run', '--outdir', 'dist'])
})
