/**
 * Inputs of date and time in the reader's zone: the server writes them in UTC, and takes UTC. An input that is not touched sends
 * what it was shown with, character by character: no clock is turned back and forth on the way.
 */
import { localText, toStored } from './zone.js'

/** @param {ParentNode} root */
export function prepareMoments(root) {
  for (const input of root.querySelectorAll('input[data-moment]')) if (input instanceof HTMLInputElement) prepareMoment(input)
}

/** @param {HTMLInputElement} input */
function prepareMoment(input) {
  delete input.dataset.moment
  const before = `${input.value}Z`
  const local = input.value === '' ? '' : localText(new Date(before))
  // In the reader's zone it is a year that the input cannot hold.
  if (local !== '' && !isInRange(local)) return stayInUtc(input)
  const sent = Object.assign(document.createElement('input'), { type: 'hidden', name: input.name, value: input.value })
  input.removeAttribute('name')
  input.after(sent)
  input.value = local
  input.addEventListener('input', () => {
    sent.value = input.value === '' ? '' : instantOf(input.value, before)
  })
  input.addEventListener('change', () => {
    // A time that the clock leaps over in spring is shown as the one that it is taken for.
    const taken = input.value === '' ? '' : localText(new Date(sent.value))
    if (!taken.startsWith(input.value)) input.value = taken
  })
}

/**
 * @param {string} local
 * @param {string} before the instant that is edited: it says which is meant of a time that comes twice
 */
function instantOf(local, before) {
  return toStored(local, before) ?? new Date(local).toISOString()
}

/** @param {string} local */
function isInRange(local) {
  return /^\d{4}-/.test(local) && !local.startsWith('0000')
}

/** @param {HTMLInputElement} input */
function stayInUtc(input) {
  const zone = input.closest('.field')?.querySelector('[data-zone]')
  if (!zone) return
  zone.removeAttribute('data-zone')
  zone.textContent = 'UTC'
}
