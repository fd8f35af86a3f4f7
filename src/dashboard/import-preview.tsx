/** What was found in a file, and what is to become of it: everything can be changed before anything is made. */
import { type Table, MAX_NAME } from '../data/types/column'
import type { Format } from '../data/inference/dialect'
import type { FilePreview, PreviewColumn } from '../data/import/preview'
import type { Import } from '../data/import/state'
import type { ApiError } from '../errors'
import { beginning } from '../lib/text'
import { isFilled } from './cells'
import { TypeOptions, typeLabel } from './column-fields'
import { Field, Hidden, Select } from './controls'
import { type Answers, type ColumnAnswer, fieldsOf, proposalText } from './import-answers'
import { ImportProblem, LeftOut, inWords } from './import-screens'
import { ProjectPage } from './layout'
import { usePage } from './page-info'

/** Values of a column that stand beside it. */
const SAMPLES = 3
/** Characters of a value, beside its column and in the first rows. */
const SAMPLE_LENGTH = 40
/** Cells that do not fit, named for a column. */
const SHOWN_ODD = 5

interface PreviewProps {
  tables: readonly Table[]
  /** Null for a new one. */
  table: Table | null
  one: Import
  preview: FilePreview
  answers: Answers
  error: ApiError | null
}

export function ImportPreview({ tables, table, one, preview, answers, error }: PreviewProps) {
  const { project } = usePage()
  const rows = `${inWords(preview.totalRows)} ${preview.totalRows === 1 ? 'row' : 'rows'}`
  return (
    <ProjectPage title="Import CSV" tables={tables} open={table?.id ?? null} wide>
      <form method="post" action={`/projects/${project?.id}/imports/${one.id}`} class="stack" data-import-preview>
        <Hidden />
        <div class="page-head">
          <h1>{table === null ? `Import “${one.name}”` : `Import “${one.name}” into “${table.title}”`}</h1>
          <p class="muted">
            {rows}, {inWords(preview.columns.length)} {preview.columns.length === 1 ? 'column' : 'columns'}. Nothing is made yet.
          </p>
        </div>
        <ImportProblem error={error} />
        <Undecided preview={preview} answers={answers} />
        <Questions preview={preview} />
        <FormatFields preview={preview} />
        {table === null ? <NewTable answers={answers} /> : <ExistingTable table={table} answers={answers} />}
        <Remarks preview={preview} />
        <Columns table={table} preview={preview} answers={answers} />
        <FirstRows preview={preview} />
        <div class="actions import-confirm">
          <button class="button button-primary" type="submit" name="do" value="run">
            Import {rows}
          </button>
          <button class="button button-quiet" type="submit" name="do" value="cancel" formnovalidate>
            Cancel import
          </button>
        </div>
      </form>
    </ProjectPage>
  )
}

/** Columns far down the page in which something has to be chosen. */
function Undecided({ preview, answers }: { preview: FilePreview; answers: Answers }) {
  const columns = preview.columns.filter(({ index }) => answers.columns.get(index)?.onBad === null)
  if (columns.length === 0) return null
  const names = columns.map(({ title }) => `“${title}”`).join(', ')
  return (
    <p class="note">Some cells do not fit what the others of their column are: choose below what becomes of them in {names}.</p>
  )
}

const CHOICE_LABELS: Record<string, string> = {
  dmy: 'Day first: 01/02/2026 is the 1st of February',
  mdy: 'Month first: 01/02/2026 is the 2nd of January',
  '.': 'A point: 1.5 is one and a half',
  ',': 'A comma: 1,5 is one and a half',
}

const FIELD_NAMES = { date_order: 'dateOrder', decimal_mark: 'decimalMark' } as const

/** What the file leaves open is asked, never guessed. */
function Questions({ preview }: { preview: FilePreview }) {
  return (
    <>
      {preview.questions.map(({ name, message, columns, choices }) => (
        <fieldset class="card question">
          <legend class="visually-hidden">{withoutNames(message, choices)}</legend>
          <h2 aria-hidden="true">{withoutNames(message, choices)}</h2>
          <p class="muted">
            {columns.length === 1 ? 'Column' : 'Columns'}:{' '}
            {columns.map((index) => preview.columns.find((column) => column.index === index)?.title).join(', ')}
          </p>
          {choices.map((choice) => (
            <label class="check">
              <input type="radio" name={FIELD_NAMES[name]} value={choice} required data-import-format />
              {CHOICE_LABELS[choice] ?? choice}
            </label>
          ))}
        </fieldset>
      ))}
    </>
  )
}

/** A question without what programs call the answers. */
function withoutNames(message: string, choices: readonly string[]): string {
  return choices.reduce((words, choice) => words.replace(` (${choice})`, ''), message)
}

const SEPARATORS = [
  { value: ',', label: 'Comma' },
  { value: ';', label: 'Semicolon' },
  { value: '\t', label: 'Tab' },
  { value: '|', label: 'Vertical bar |' },
]
const ENCODINGS = [
  { value: 'utf-8', label: 'UTF-8' },
  { value: 'windows-1252', label: 'Windows-1252 (Western)' },
  { value: 'utf-16le', label: 'UTF-16' },
  { value: 'utf-16be', label: 'UTF-16, big-endian' },
]
const DECIMAL_MARKS = [
  { value: '.', label: '1,234.56' },
  { value: ',', label: '1.234,56' },
]
const DATE_ORDERS = [
  { value: 'dmy', label: 'Day first, 31/12/2026' },
  { value: 'mdy', label: 'Month first, 12/31/2026' },
]

/** The line that was found, and what a person would say otherwise. */
function headerLines({ headerLine }: Format) {
  const named = headerLine > 1 ? [1, headerLine] : [1]
  return [
    ...named.map((line) => ({ value: String(line), label: `In line ${line}` })),
    { value: '0', label: 'None, all are rows' },
  ]
}

function FormatFields({ preview: { format, questions } }: { preview: FilePreview }) {
  const isAsked = (name: string) => questions.some((question) => question.name === name)
  return (
    <section class="card" aria-labelledby="format">
      <h2 id="format">How the file is read</h2>
      <div class="import-format" data-import-format>
        <Select label="Separator" name="separator" value={format.separator} options={SEPARATORS} />
        <Select label="Names of columns" name="headerLine" value={String(format.headerLine)} options={headerLines(format)} />
        <Select label="Encoding" name="encoding" value={format.encoding} options={ENCODINGS} />
        {format.decimalMark !== null && !isAsked('decimal_mark') && (
          <Select label="Numbers" name="decimalMark" value={format.decimalMark} options={DECIMAL_MARKS} />
        )}
        {format.dateOrder !== null && !isAsked('date_order') && (
          <Select label="Dates" name="dateOrder" value={format.dateOrder} options={DATE_ORDERS} />
        )}
        <button class="button" type="submit" name="do" value="preview" formnovalidate data-import-apply>
          Show preview
        </button>
      </div>
    </section>
  )
}

function NewTable({ answers }: { answers: Answers }) {
  return (
    <section class="card">
      <Field label="Title of the new table" name="title" value={answers.title} maxlength={MAX_NAME} autocomplete="off" required />
    </section>
  )
}

function ExistingTable({ table, answers }: { table: Table; answers: Answers }) {
  const unique = table.columns.filter((column) => column.unique || column.primaryKey)
  if (unique.length === 0) return null
  return (
    <fieldset class="card">
      <legend class="visually-hidden">Rows that are there already</legend>
      <label class="check">
        <input type="radio" name="mode" value="insert" checked={answers.mode === 'insert'} />
        Add every row
      </label>
      <div class="import-upsert">
        <label class="check">
          <input type="radio" name="mode" value="upsert" checked={answers.mode === 'upsert'} />
          Update the row that has the same value, add the others:
        </label>
        <select name="on" aria-label="Rows are the same by">
          {unique.map(({ id, title }) => (
            <option value={id} selected={id === answers.on}>
              {title}
            </option>
          ))}
        </select>
      </div>
    </fieldset>
  )
}

/** What is left out, and lines with too few cells or too many. */
function Remarks({ preview: { leftOut, lines } }: { preview: FilePreview }) {
  if (leftOut.length === 0 && lines.length === 0) return null
  return (
    <section class="card">
      <LeftOut title="What is left out" items={leftOut.map(({ what, why }) => `${what}: ${why}`)} />
      <LeftOut title="Lines that differ" items={lines.map(({ line, problem }) => `Line ${line}: ${problem}`)} />
    </section>
  )
}

interface ColumnsProps {
  table: Table | null
  preview: FilePreview
  answers: Answers
}

function Columns({ table, preview, answers }: ColumnsProps) {
  return (
    <section class="card import-columns" aria-labelledby="columns">
      <h2 id="columns">Columns</h2>
      <table class="list">
        <thead>
          <tr>
            <th scope="col">{table === null ? 'Import as' : 'Column of the file'}</th>
            <th scope="col">{table === null ? 'Type' : 'Goes into'}</th>
            <th scope="col">In the file</th>
            <th scope="col">A cell that does not fit</th>
          </tr>
        </thead>
        <tbody>
          {preview.columns.map((column) => {
            const answer = answers.columns.get(column.index)
            return answer === undefined ? null : <ColumnRow table={table} preview={preview} column={column} answer={answer} />
          })}
        </tbody>
      </table>
    </section>
  )
}

interface ColumnRowProps {
  table: Table | null
  preview: FilePreview
  column: PreviewColumn
  answer: ColumnAnswer
}

function ColumnRow({ table, preview, column, answer }: ColumnRowProps) {
  const fields = fieldsOf(column)
  return (
    <tr data-import-column>
      <td>
        <input type="hidden" name={fields.before} value={proposalText(column)} />
        {table === null ? (
          <div class="import-title">
            <input
              type="checkbox"
              name={fields.taken}
              checked={answer.isTaken}
              aria-label={`Import the column ${column.title}`}
              data-import-taken
            />
            <input
              type="text"
              name={fields.title}
              value={answer.title}
              maxlength={MAX_NAME}
              autocomplete="off"
              aria-label={`Title of the column ${column.title}`}
            />
          </div>
        ) : (
          <strong>{column.title}</strong>
        )}
        {column.note !== null && <p class="hint">{column.note}</p>}
      </td>
      <td>
        {table === null ? (
          <TypeSelect column={column} answer={answer} />
        ) : (
          <TargetSelect table={table} column={column} answer={answer} />
        )}
      </td>
      <td class="import-samples">{samplesOf(preview, column).join(' · ')}</td>
      <td>
        <BadCells isNew={table === null} column={column} answer={answer} />
      </td>
    </tr>
  )
}

function TypeSelect({ column, answer }: { column: PreviewColumn; answer: ColumnAnswer }) {
  const found = [...new Set([column.type, ...column.alternatives])]
  return (
    <select name={fieldsOf(column).type} aria-label={`Type of the column ${column.title}`} data-import-type>
      <optgroup label="Found">
        {found.map((type) => (
          <option value={type} selected={type === answer.type} {...(isFitting(column, type) ? { 'data-fits': true } : {})}>
            {typeLabel(type)}
          </option>
        ))}
      </optgroup>
      <optgroup label="All types">
        <TypeOptions chosen={found.some((type) => type === answer.type) ? '' : answer.type} />
      </optgroup>
    </select>
  )
}

function TargetSelect({ table, column, answer }: { table: Table; column: PreviewColumn; answer: ColumnAnswer }) {
  return (
    <select name={fieldsOf(column).columnId} aria-label={`Where the column ${column.title} goes`} data-import-target>
      <option value="" selected={answer.columnId === ''}>
        Not imported
      </option>
      {table.columns
        .filter((target) => !isFilled(target) || target.primaryKey)
        .map((target) => (
          <option value={target.id} selected={target.id === answer.columnId}>
            {`${target.title} (${typeLabel(target.type)})`}
          </option>
        ))}
    </select>
  )
}

/** Whether all of its cells are of that type, as far as is known. */
function isFitting({ type, alternatives, odd }: PreviewColumn, chosen: string): boolean {
  return alternatives.some((other) => other === chosen) || (chosen === type && odd.length === 0)
}

/** The first values that differ from one another. */
function samplesOf({ rows }: FilePreview, { index }: PreviewColumn): string[] {
  const values = rows.map((row) => row[index] ?? '').filter((cell) => cell !== '')
  return [...new Set(values)].slice(0, SAMPLES).map(shortened)
}

function shortened(text: string): string {
  return text.length > SAMPLE_LENGTH ? `${beginning(text, SAMPLE_LENGTH)}…` : text
}

/** Where cells are known not to fit, a person says what becomes of them. */
function BadCells({ isNew, column, answer }: { isNew: boolean; column: PreviewColumn; answer: ColumnAnswer }) {
  const { odd } = column
  const isMoot = isNew ? isFitting(column, answer.type) : answer.columnId === ''
  const choices = BAD_CHOICES.filter(({ value }) => isNew || value !== 'text')
  return (
    <>
      <select
        name={fieldsOf(column).onBad}
        aria-label={`What a cell of ${column.title} does that does not fit`}
        required={odd.length > 0}
        data-import-bad
        hidden={isMoot}
        disabled={isMoot}
      >
        {odd.length > 0 && (
          <option value="" selected={answer.onBad === null}>
            Choose…
          </option>
        )}
        {choices.map(({ value, label }) => (
          <option value={value} selected={value === answer.onBad}>
            {label}
          </option>
        ))}
      </select>
      <OddCells column={column} />
    </>
  )
}

const BAD_CHOICES = [
  { value: 'stop', label: 'Stops the import' },
  { value: 'empty', label: 'Is left empty' },
  { value: 'text', label: 'Makes the column a text' },
] as const

function OddCells({ column: { odd } }: { column: PreviewColumn }) {
  if (odd.length === 0) return null
  return (
    <ul class="line-errors import-odd">
      {odd.slice(0, SHOWN_ODD).map(({ line, value }) => (
        <li>
          Line {line}: “{shortened(value)}”
        </li>
      ))}
      {odd.length > SHOWN_ODD && <li>… and more</li>}
    </ul>
  )
}

function FirstRows({ preview }: { preview: FilePreview }) {
  return (
    <section class="card" aria-labelledby="rows">
      <h2 id="rows">First rows of the file</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="First rows">
        <table class="import-rows">
          <thead>
            <tr>
              {preview.columns.map(({ title }) => (
                <th scope="col">{shortened(title)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.map((row) => (
              <tr>
                {preview.columns.map(({ index }) => (
                  <td>{shortened(row[index] ?? '')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
