/** What the pages of the dashboard do with a script. All of them work without, apart from the clipboard and the grid. */
// oxlint-disable import/no-unassigned-import -- each module finds by itself what it has to do on the page
import './copy.js'
import './dialogs.js'
import './filter.js'
import './forms.js'
import './import.js'
import './menus.js'
import './times.js'
import { dismissLater } from './tell.js'

for (const toast of document.querySelectorAll('.toast')) dismissLater(toast)

// A notice has been read now: loading the page again, or sharing its address, must not say it once more.
const address = new URL(location.href)
const answersForm = document.querySelector('[data-answers-form]') !== null
// Nor must loading the answer to a form again send the form again: a second token, a second invitation.
if (address.searchParams.has('notice') || answersForm) {
  address.searchParams.delete('notice')
  history.replaceState(null, '', address)
}

// Only the page of a table has a grid, and only it loads one.
if (document.querySelector('table[data-grid]') !== null) await import('./grid.js')
