/** Texts that are checked where the column's `meta.validate` is on: docs/contract/api-v1.md 3.4. */
import type { Column } from './column'
import { isEmailAddress } from './email-address'
import { isWebAddress } from './web-address'

/**
 * What passes for a phone number: three digits, as emergency calls have, to fifteen, which E.164 allows, and marks between
 * them. The (0) that some write after the country, for those who call from within, is none of the fifteen.
 */
export const PHONE_NUMBER = phoneNumber(String.raw`[\s()./\u2010-\u2013-]`)

function phoneNumber(mark: string): RegExp {
  const digits = (count: string): string => `(?:${mark}{0,4}\\d){${count}}`
  const abroad = String.raw`(?:\+|00)${digits('1,3')}${mark}{0,3}\(0\)${digits('2,14')}`
  return new RegExp(String.raw`^(?:\+?${digits('3,15')}|${abroad})${mark}{0,4}$`)
}

interface Validator {
  passes: (value: string) => boolean
  /** For the sentence that refuses a value. */
  expected: string
  /** What clients of the contract look for in it. */
  name: string
}

const VALIDATORS: Partial<Record<Column['type'], Validator>> = {
  Email: { passes: isEmailAddress, expected: 'an e-mail address such as ada@example.org', name: 'isEmail' },
  URL: { passes: isWebAddress, expected: 'a web address such as https://example.org', name: 'isURL' },
  PhoneNumber: {
    passes: (value) => PHONE_NUMBER.test(value),
    expected: 'a phone number such as +44 20 7946 0958',
    name: 'isMobilePhone',
  },
}

/** What the values of a column have to pass, if anything. */
export function validatorOf({ type, meta }: Pick<Column, 'type' | 'meta'>): Validator | undefined {
  return meta?.['validate'] === true ? VALIDATORS[type] : undefined
}
