// npm run bench: builds the production bundle and measures it. Arguments go to bench/run.mjs: npm run bench -- --quick
import { copySwaggerUi, installDependencies, runScript, runTool } from './setup.mjs'

await runScript(async () => {
  installDependencies()
  copySwaggerUi()
  const built = await runTool('wrangler/bin/wrangler.js', ['deploy', '--dry-run', '--outdir', 'dist'])
  return built === 0 ? runTool('../bench/run.mjs', process.argv.slice(2)) : built
})
