/** The options of selects: `colOptions`, or `dtxp` as older clients write them (docs/contract/api-v1.md 3.4). */
import { ApiError } from '../../errors'
import { newId } from '../../lib/ids'
import { quoteValue } from '../../lib/text'
import { type Column, type SelectOption } from '../types/column'
import type { ColumnType } from '../types/column-types'
import { rulesOf } from '../types/kinds'

interface OptionRequest {
  id?: string | null | undefined
  title: string
  color?: string | null | undefined
}

/** What a request says of options, in either form. */
interface OptionsRequest {
  colOptions?: { options?: OptionRequest[] | null | undefined } | null | undefined
  dtxp?: string | number | null | undefined
}

export function hasOptions(type: ColumnType): boolean {
  return rulesOf({ type }).options !== null
}

/** Throws INVALID_COLUMN with the texts that old clients know, and plain ones after them. */
export function readOptions(request: OptionsRequest, type: ColumnType, field: string): SelectOption[] {
  if (!hasOptions(type)) return []
  const given = (request.colOptions?.options ?? readOptionList(request.dtxp).map((title): OptionRequest => ({ title }))).map(
    ({ title, color }) => ({ title: title.normalize(), color: color ?? null }),
  )
  const problem = optionsProblem(
    given.map(({ title }) => title),
    type,
    field,
  )
  if (problem !== null) throw new ApiError('INVALID_COLUMN', problem, { details: { field } })
  return given.map((option) => ({ id: newId('option'), ...option }))
}

function optionsProblem(titles: readonly string[], type: ColumnType, field: string): string | null {
  if (titles.includes('')) return `Empty options are not allowed! An option of "${field}" has no title.`
  const twice = titles.find((title, index) => titles.indexOf(title) < index)
  if (twice !== undefined) return `Duplicates are not allowed! "${field}" has the option ${quoteValue(twice)} twice.`
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const broken = titles.find((title) => /[\u0000-\u001f\u007f]/.test(title) || !title.isWellFormed())
  if (broken !== undefined) {
    return `An option must be well-formed Unicode without control characters: ${quoteValue(broken)} of "${field}" is not.`
  }
  const withComma = rulesOf({ type }).options === 'several' ? titles.find((title) => title.includes(',')) : undefined
  if (withComma === undefined) return null
  return `Illegal char(',') for MultiSelect: a comma separates the options of "${field}", so ${quoteValue(withComma)} cannot be one.`
}

/** `'a','it''s'` → a, it's; `a, b` → a, b. A number is the length of some other type. */
function readOptionList(list: OptionsRequest['dtxp']): string[] {
  if (typeof list !== 'string' || list.trim() === '') return []
  if (!list.trimStart().startsWith("'")) return list.split(',').map((title) => title.trim())
  return Array.from(list.matchAll(/'((?:[^']|'')*)'/g), (match) => (match[1] ?? '').replaceAll("''", "'"))
}

/** As readOptionList reads them. */
export function writeOptionList(options: readonly SelectOption[]): string {
  return options.map(({ title }) => `'${title.replaceAll("'", "''")}'`).join(',')
}

/**
 * The options that a change asks for. A client sends back both forms as it read them and may change either: the one that says
 * something new counts, `colOptions` where both do. What is left out, or an empty `dtxp`, leaves them as they are.
 */
export function changedOptions(column: Column, request: OptionsRequest): OptionsRequest {
  const standing = { colOptions: { options: [...column.options] }, dtxp: null }
  const listed = typeof request.dtxp === 'string' && request.dtxp !== '' && request.dtxp !== writeOptionList(column.options)
  const given = request.colOptions?.options ?? null
  if (given === null) return listed ? { dtxp: request.dtxp } : standing
  const isStanding =
    given.length === column.options.length &&
    given.every(({ id, title, color }, index) => {
      const option = column.options[index]
      return option !== undefined && id === option.id && title === option.title && (color ?? null) === option.color
    })
  if (isStanding) return listed ? { dtxp: request.dtxp } : standing
  return { colOptions: { options: given } }
}

/** An option keeps its id under a new title, so that rows follow it: by the id that the request gives, else by title. */
export function keepOptionIds(options: readonly SelectOption[], column: Column, request: OptionsRequest): SelectOption[] {
  const idOf = new Map(request.colOptions?.options?.map(({ id, title }) => [title.normalize(), id ?? '']) ?? [])
  // No option of before becomes two.
  const taken = new Set<string>()
  const keep = (option: SelectOption, known: SelectOption | undefined): SelectOption => {
    if (known === undefined || taken.has(known.id)) return option
    taken.add(known.id)
    return { ...option, id: known.id, color: option.color ?? known.color }
  }
  const byId = options.map((option) =>
    keep(
      option,
      column.options.find(({ id }) => id === idOf.get(option.title)),
    ),
  )
  return byId.map((option) =>
    taken.has(option.id)
      ? option
      : keep(
          option,
          column.options.find(({ title }) => title === option.title),
        ),
  )
}
