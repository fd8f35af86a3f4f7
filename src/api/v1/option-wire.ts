/** The options of selects on the wire: `colOptions`, or `dtxp` as older clients write them (docs/contract/api-v1.md 3.4). */
import type { OptionSpec } from '../../data/catalog/select-options'
import type { Column, SelectOption } from '../../data/types/column'

/** What a request says of options, in either form. */
interface OptionsRequest {
  colOptions?: { options?: WireOption[] | null | undefined } | null | undefined
  dtxp?: string | number | null | undefined
}

interface WireOption {
  id?: string | null | undefined
  title: string
  color?: string | null | undefined
}

export function readOptions({ colOptions, dtxp }: OptionsRequest): OptionSpec[] {
  return colOptions?.options?.map(toSpec) ?? readOptionList(dtxp)
}

function toSpec({ id = null, title, color = null }: WireOption): OptionSpec {
  return { id, title, color }
}

/**
 * The options that a change asks for; undefined where it leaves them as they are. A client sends back both forms as it read
 * them and may change either: the one that says something new counts, `colOptions` where both do.
 */
export function changedOptions(column: Column, { colOptions, dtxp }: OptionsRequest): OptionSpec[] | undefined {
  const given = colOptions?.options ?? null
  if (given !== null && !isStanding(column, given)) return given.map(toSpec)
  const isListed = typeof dtxp === 'string' && dtxp !== '' && dtxp !== writeOptionList(column.options)
  return isListed ? readOptionList(dtxp) : undefined
}

function isStanding({ options }: Column, given: readonly WireOption[]): boolean {
  return (
    given.length === options.length &&
    given.every(({ id, title, color }, index) => {
      const option = options[index]
      return option !== undefined && id === option.id && title === option.title && (color ?? null) === option.color
    })
  )
}

/** `'a','it''s'` → a, it's; `a, b` → a, b. A number is the length of some other type. */
function readOptionList(list: OptionsRequest['dtxp']): OptionSpec[] {
  if (typeof list !== 'string' || list.trim() === '') return []
  const titles = list.trimStart().startsWith("'")
    ? Array.from(list.matchAll(/'((?:[^']|'')*)'/g), (match) => (match[1] ?? '').replaceAll("''", "'"))
    : list.split(',').map((title) => title.trim())
  return titles.map((title) => ({ title }))
}

/** As readOptionList reads them. */
export function writeOptionList(options: readonly SelectOption[]): string {
  return options.map(({ title }) => `'${title.replaceAll("'", "''")}'`).join(',')
}
