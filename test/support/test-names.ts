/** The names of tests, for tables that say which test holds what. */

/** The first argument of a test or, of a table of cases, the first member of one. */
const NAMES = /[([]\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g

export function namesIn(text: string): string[] {
  return [...text.matchAll(NAMES)].map(([, single = '', double = '', template = '']) => single || double || template)
}
