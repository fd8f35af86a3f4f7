/** The options of selects. */
import { newId } from '../../lib/ids'
import { quoteValue } from '../../lib/text'
import type { Column, SelectOption } from '../types/column'
import type { ColumnType } from '../types/column-types'
import { rulesOf } from '../types/kinds'
import { invalid } from './column-rules'

export interface OptionSpec {
  title: string
  color?: string | null
  /** Of the option that it was, under whatever title. */
  id?: string | null
}

export function hasOptions(type: ColumnType): boolean {
  return rulesOf({ type }).options !== null
}

/** Throws INVALID_COLUMN with the texts that old clients know, and plain ones after them. */
export function makeOptions(specs: readonly OptionSpec[], type: ColumnType, field: string): SelectOption[] {
  if (!hasOptions(type)) return []
  const titles = specs.map(({ title }) => title.normalize())
  const problem = titlesProblem(titles, type, field)
  if (problem !== null) throw invalid(field, problem)
  return specs.map(({ title, color }) => ({ id: newId('option'), title: title.normalize(), color: color ?? null }))
}

function titlesProblem(titles: readonly string[], type: ColumnType, field: string): string | null {
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

/** An option keeps its id under a new title, so that rows follow it: by the id that the spec gives, else by title. */
export function keepOptionIds(
  options: readonly SelectOption[],
  specs: readonly OptionSpec[],
  { options: before }: Pick<Column, 'options'>,
): SelectOption[] {
  // No option of before becomes two.
  const taken = new Set<string>()
  const keep = (option: SelectOption, known: SelectOption | undefined): SelectOption => {
    if (known === undefined || taken.has(known.id)) return option
    taken.add(known.id)
    return { ...option, id: known.id, color: option.color ?? known.color }
  }
  const byId = options.map((option, index) => {
    const wanted = specs[index]?.id
    return keep(
      option,
      before.find(({ id }) => id === wanted),
    )
  })
  return byId.map((option) =>
    taken.has(option.id)
      ? option
      : keep(
          option,
          before.find(({ title }) => title === option.title),
        ),
  )
}
