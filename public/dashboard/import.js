/**
 * The pages of an import: a file is chosen once and sent in parts; then each step is a form sent to the server, whose answer is
 * the page as it is after that step. Without this script they work for a file of one request's size.
 */
import { maySend, textsOf } from './forms.js'
import { Upload } from './import-upload.js'
import { withRetries } from './retry.js'
import { tell } from './tell.js'
import { watchUnsaved } from './unsaved.js'

/** Ends the steps that are under way. */
let steps = new AbortController()

start(null)

/**
 * Finds what the page is for.
 * @param {URLSearchParams | null} answers Of the preview, while its import goes on.
 */
function start(answers) {
  const chooser = document.querySelector('form[data-import-file]')
  const waiting = document.querySelector('form[data-import-continue]')
  const preview = document.querySelector('form[data-import-preview]')
  if (chooser instanceof HTMLFormElement) makeChooser(chooser)
  if (preview instanceof HTMLFormElement) makePreview(preview)
  if (!(waiting instanceof HTMLFormElement) || answers !== null) return
  waiting.addEventListener('submit', () => steps.abort())
  void proceed(waiting.action, textsOf(new FormData(waiting)), 'continue')
}

/** @param {HTMLFormElement} form */
function makeChooser(form) {
  const input = form.querySelector('input[type="file"]')
  const drop = form.querySelector('[data-drop]')
  const leave = form.querySelector('[data-import-leave]')
  if (!(input instanceof HTMLInputElement) || !(drop instanceof HTMLElement) || !(leave instanceof HTMLAnchorElement)) return
  /** @type {Upload | null} */
  let upload = null
  let isSending = false

  const forget = () => {
    void upload?.cancel()
    upload = null
    showProblem(form, null)
  }
  const send = async (/** @type {File} */ file) => {
    upload ??= new Upload(file, { api: form.dataset.importFile ?? '', table: form.dataset.table })
    const current = upload
    setBusy(form, true)
    isSending = true
    try {
      const id = await current.send((sent, parts) => showSending(form, sent, parts))
      isSending = false
      location.assign(`${form.dataset.page}/${id}`)
    } catch (error) {
      isSending = false
      if (!current.isCancelled) showFailure(form, error)
    }
  }

  watchUnsaved(() => isSending)
  input.addEventListener('change', forget)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const file = input.files?.item(0) ?? null
    showProblem(form, null)
    if (file?.size === 0) showProblem(form, 'The file is empty: its first line must name the columns.')
    else if (file !== null) void send(file)
  })
  leave.addEventListener('click', (event) => {
    if (upload === null) return
    event.preventDefault()
    isSending = false
    void upload.cancel().then(() => location.assign(`${leave.href}?notice=import-cancelled`))
  })
  acceptDrops(drop, (files) => {
    input.files = files
    forget()
    form.requestSubmit()
  })
}

/**
 * @param {HTMLElement} place
 * @param {(files: FileList) => void} onFiles
 */
function acceptDrops(place, onFiles) {
  place.addEventListener('dragover', (event) => {
    event.preventDefault()
    place.classList.add('drop-here')
  })
  place.addEventListener('dragleave', () => place.classList.remove('drop-here'))
  place.addEventListener('drop', (event) => {
    event.preventDefault()
    place.classList.remove('drop-here')
    if (event.dataTransfer !== null && event.dataTransfer.files.length > 0) onFiles(event.dataTransfer.files)
  })
}

/** @param {HTMLFormElement} form */
function makePreview(form) {
  for (const row of form.querySelectorAll('[data-import-column]')) showColumn(row)
  form.querySelector('[data-import-apply]')?.setAttribute('hidden', '')
  form.addEventListener('change', (event) => {
    if (!(event.target instanceof Element)) return
    const row = event.target.closest('[data-import-column]')
    if (row !== null) showColumn(row)
    if (event.target.closest('[data-import-format]') !== null) void send(form, 'preview')
  })
  form.addEventListener('submit', (event) => {
    const button = event.submitter
    const what = button instanceof HTMLButtonElement ? button.value : 'preview'
    if (what === 'cancel') return
    event.preventDefault()
    void send(form, what)
  })
}

/**
 * What does not count now is not shown: cells of a column that is left out, or whose type they all fit.
 * @param {Element} row
 */
function showColumn(row) {
  const taken = row.querySelector('[data-import-taken]')
  const type = row.querySelector('[data-import-type]')
  const target = row.querySelector('[data-import-target]')
  const bad = row.querySelector('[data-import-bad]')
  const isTaken = taken instanceof HTMLInputElement ? taken.checked : target instanceof HTMLSelectElement && target.value !== ''
  const fits = type instanceof HTMLSelectElement && type.selectedOptions.item(0)?.hasAttribute('data-fits') === true
  row.classList.toggle('left-out', !isTaken)
  if (!(bad instanceof HTMLSelectElement)) return
  bad.hidden = fits || !isTaken
  bad.disabled = bad.hidden
}

/**
 * @param {HTMLFormElement} form
 * @param {string} what
 */
async function send(form, what) {
  const focused = document.activeElement?.getAttribute('name') ?? null
  if (!(await maySend(form))) return
  setBusy(form, true)
  await proceed(form.action, textsOf(new FormData(form)), what)
  setBusy(form, false)
  const same = focused === null ? null : document.querySelector(`main [name="${CSS.escape(focused)}"]`)
  if (same instanceof HTMLElement && document.activeElement === document.body) same.focus()
}

/**
 * Does what was asked for, then goes on until there is nothing more to wait for.
 * @param {string} action
 * @param {URLSearchParams} answers They stay with the import until it is done: when it is refused, nothing has to be chosen anew.
 * @param {string} what
 */
async function proceed(action, answers, what) {
  steps = new AbortController()
  const { signal } = steps
  answers.set('steps', '1')
  try {
    for (let next = what; ; next = 'continue') {
      answers.set('do', next)
      const page = await ask(signal, action, answers)
      showPage(page, answers)
      if (page.querySelector('form[data-import-continue]') === null) return
    }
  } catch {
    if (!signal.aborted) tell('The server did not answer. Check the connection, and load the page again to go on.', { bad: true })
  }
}

/**
 * @param {AbortSignal} signal
 * @param {string} action
 * @param {URLSearchParams} body
 */
async function ask(signal, action, body) {
  const response = await withRetries(
    signal,
    () => fetch(action, { method: 'POST', body, signal, headers: { accept: 'text/html' } }).catch(() => null),
    (answer) => answer === null || answer.status >= 500,
  )
  if (response === null) throw new Error('no answer')
  return new DOMParser().parseFromString(await response.text(), 'text/html')
}

/**
 * The page in the place of this one; of a page that waits as this one does, only how far it is.
 * @param {Document} page
 * @param {URLSearchParams} answers
 */
function showPage(page, answers) {
  const waits = [document, page].every((one) => one.querySelector('form[data-import-continue]') !== null)
  for (const selector of waits ? ['[data-progress]'] : ['main', '#drawer']) {
    const part = page.querySelector(selector)
    if (part !== null) document.querySelector(selector)?.replaceWith(document.importNode(part, true))
  }
  if (waits) return
  document.title = page.title
  start(answers)
  const said = document.querySelector('main [role="alert"]')
  if (said instanceof HTMLElement) said.focus()
}

/**
 * @param {HTMLFormElement} form
 * @param {boolean} isBusy
 */
function setBusy(form, isBusy) {
  form.setAttribute('aria-busy', String(isBusy))
  for (const button of form.querySelectorAll('button[type="submit"]'))
    if (button instanceof HTMLButtonElement && button.value !== 'cancel') button.disabled = isBusy
}

/**
 * @param {HTMLFormElement} form
 * @param {unknown} error
 */
function showFailure(form, error) {
  setBusy(form, false)
  const box = form.querySelector('[data-progress]')
  if (box instanceof HTMLElement) box.hidden = true
  const button = form.querySelector('button[type="submit"]')
  if (button !== null) button.textContent = 'Try again'
  showProblem(form, error instanceof Error ? error.message : String(error))
}

/**
 * @param {HTMLFormElement} form
 * @param {string | null} message Null: there is none any more.
 */
function showProblem(form, message) {
  document.querySelector('main .problem')?.remove()
  if (message === null) return
  const problem = document.createElement('p')
  problem.className = 'problem'
  problem.setAttribute('role', 'alert')
  problem.tabIndex = -1
  problem.textContent = message
  form.prepend(problem)
  problem.focus()
}

/**
 * @param {HTMLFormElement} form
 * @param {number} sent
 * @param {number} parts
 */
function showSending(form, sent, parts) {
  const box = form.querySelector('[data-progress]')
  const bar = box?.querySelector('progress')
  const status = box?.querySelector('p')
  if (!(box instanceof HTMLElement) || !bar || !status) return
  box.hidden = false
  bar.value = sent / parts
  status.textContent = `Sending the file: ${Math.floor((sent / parts) * 100)} %`
}
