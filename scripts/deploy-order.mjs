/**
 * The two halves of a deployment in the order that never lets code run on a database older than it. Migrations only add, so
 * the version that is still running does not mind a newer one. The first deployment is what makes the databases, and
 * until they are migrated its Worker answers 503.
 * @param {{ isUpgrade: boolean, migrate: () => Promise<number>, deploy: () => Promise<number> }} steps each gives an exit code
 * @returns {Promise<number>} the first exit code that is not 0
 */
export async function deployInOrder({ isUpgrade, migrate, deploy }) {
  for (const step of isUpgrade ? [migrate, deploy] : [deploy, migrate]) {
    const code = await step()
    if (code !== 0) return code
  }
  return 0
}
