/** What both kinds of selects have in common: their options, by title. */
import { quoteValue } from '../../lib/text'
import type { Column } from './column'
import { kindOf } from './column-types'

/** Options that a refusal names. */
const NAMED_OPTIONS = 20

/** The option of that title. Both are one text in whichever form of Unicode. */
export function optionTitle(column: Column, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const composed = value.normalize()
  return column.options.find(({ title }) => title === value || title === composed)?.title
}

/** The option that the cell of a file means. */
export function optionText({ options }: Column, text: string): string | undefined {
  const find = (wanted: string) =>
    options.find(({ title }) => title === wanted || title.normalize() === wanted.normalize())?.title
  return find(text) ?? find(text.trim())
}

/** What would be right instead of a title that is none. */
export function oneOf({ options }: Column): string {
  if (options.length === 0) return 'no value, for it has no options'
  const titles = options.slice(0, NAMED_OPTIONS).map(({ title }) => quoteValue(title))
  const more = options.length > titles.length ? ` and ${options.length - titles.length} more` : ''
  return `one of its options: ${titles.join(', ')}${more}`
}

/** JSON Schema knows no empty enum. */
export function titlesSchema({ options }: Column): { enum?: string[] } {
  return options.length === 0 ? {} : { enum: options.map(({ title }) => title) }
}

/** Whether each option of `from` is one of `to`, under the same title. */
export function keepsOptions(from: Column, to: Column): boolean {
  return from.options.every(({ id, title }) => to.options.some((option) => option.id === id && option.title === title))
}

/** The titles of `chosen` (one, or several with commas between) as they are called in `to`: by their ids. */
export function renamedOptions(chosen: string, from: Column, to: Column): string {
  const renamed = (title: string): string => {
    const id = from.options.find((option) => option.title === title)?.id
    return to.options.find((option) => option.id === id)?.title ?? title
  }
  return kindOf(from) === 'multiselect' ? chosen.split(',').map(renamed).join(',') : renamed(chosen)
}

/** Text that ends no condition early and loses nothing to trimming. */
export function isPlainValue(value: unknown): value is string {
  return typeof value === 'string' && /^[^\s()](?:[^()]*[^\s()])?$/.test(value)
}
