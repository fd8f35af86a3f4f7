/** The two linters that people run on OpenAPI documents, with the rules they come with. */
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { type RulesetDefinition, Spectral } from '@stoplight/spectral-core'
import { oas } from '@stoplight/spectral-rulesets'

export interface Finding {
  severity: 'error' | 'warning'
  rule: string
  /** Where and what. */
  text: string
}

const config = await createConfig({ extends: ['recommended'] })

export async function redocly(document: object): Promise<Finding[]> {
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config })
  return problems.map(({ severity, ruleId, message, location }) => ({
    severity: severity === 'error' ? 'error' : 'warning',
    rule: ruleId,
    text: `${location[0]?.pointer ?? ''} ${message}`,
  }))
}

export async function spectral(document: object): Promise<Finding[]> {
  const linter = new Spectral()
  linter.setRuleset({ extends: [[oas as RulesetDefinition, 'recommended']] })
  const problems = await linter.run(JSON.stringify(document))
  return problems.map(({ severity, code, message, path }) => ({
    // 0 is an error.
    severity: severity ? 'warning' : 'error',
    rule: String(code),
    text: `${path.join('.')} ${message}`,
  }))
}

/** Findings that no rule of `accepted` explains; errors always count. */
export function beyond(findings: readonly Finding[], ...accepted: readonly string[]): Finding[] {
  return findings.filter(({ severity, rule }) => severity === 'error' || !accepted.includes(rule))
}
