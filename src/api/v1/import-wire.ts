/** The import's JSON: what requests may hold, and what answers do. */
import { z } from '@hono/zod-openapi'
import { MAX_NAME } from '../../data/types/column'
import { COLUMN_TYPES } from '../../data/types/column-types'
import { ENCODINGS } from '../../data/inference/dialect'
import type { Format } from '../../data/inference/dialect'
import type { FilePreview } from '../../data/import/preview'
import type { Choices, ColumnChoice, GivenFormat, Import, Report } from '../../data/import/state'
import { PART_SIZE, countOfParts } from '../../data/import/store'

const SEPARATORS = [',', ';', '\t', '|'] as const
const DECIMAL_MARKS = ['.', ','] as const
const DATE_ORDERS = ['dmy', 'mdy'] as const
const MODES = ['insert', 'upsert'] as const
const ON_BAD = ['text', 'empty', 'stop'] as const

const Name = z.string().max(1000)
const ColumnTypeName = z
  .string()
  .max(100)
  .openapi({ enum: Object.keys(COLUMN_TYPES), example: 'Number' })

const dateOrder = z.enum(DATE_ORDERS).openapi({ description: 'Of 01/02/2026: day or month first' })
const format = {
  encoding: z.enum(ENCODINGS),
  separator: z.enum(SEPARATORS),
  decimal_mark: z.enum(DECIMAL_MARKS),
  date_order: dateOrder,
}
const HeaderLine = z
  .number()
  .int()
  .min(0)
  .max(1000)
  .openapi({ description: 'Line that names the columns; 0: none does', example: 1 })

export const NewImportBody = z
  .strictObject({
    name: z.string().min(1).max(MAX_NAME).openapi({ description: 'Name of the file', example: 'people.csv' }),
    size: z.number().int().min(1).openapi({ description: 'Its bytes', example: 15_000_000 }),
    table_id: z
      .string()
      .max(MAX_NAME)
      .nullish()
      .openapi({ description: 'Id or title of a table that is there; absent for a new one' }),
  })
  .openapi('NewImport')

export const ReadBody = z
  .strictObject({
    encoding: format.encoding.nullish(),
    separator: format.separator.nullish(),
    decimal_mark: format.decimal_mark.nullish(),
    date_order: format.date_order.nullish(),
    header_line: HeaderLine.nullish(),
  })
  .openapi('ImportFormat', { description: 'null: is found out. What is left out stays as it was' })

const Choice = z.strictObject({
  index: z.number().int().min(0).openapi({ description: 'Which column of the file, from 0' }),
  title: Name.optional(),
  type: ColumnTypeName.optional(),
  column_id: z.string().max(100).nullable().optional().openapi({ description: 'The column of the table that takes it' }),
  skip: z.boolean().optional(),
  on_bad: z
    .enum(ON_BAD)
    .optional()
    .openapi({ description: 'What a value that does not fit does: makes the column a text, is left out, or stops the import' }),
})

export const ColumnChoices = z.array(Choice).max(1000)

export const RunBody = z
  .strictObject({
    title: Name.optional().openapi({ description: 'Of a new table; the name of the file when left out' }),
    columns: ColumnChoices.optional().openapi({ description: 'What is left out is as the preview proposes' }),
    mode: z.enum(MODES).optional(),
    on: Name.optional().openapi({ description: 'upsert: the unique column that rows are matched by, id or title' }),
    decimal_mark: format.decimal_mark.optional(),
    date_order: format.date_order.optional(),
  })
  .openapi('ImportChoices', { description: 'For the first call; `{}` goes on' })

const OnBadOption = z.enum(ON_BAD)

/** The options of an import in one request, as query or form fields have them: texts. */
export const WholeOptions = z.strictObject({
  title: Name.optional().openapi({ description: 'Of a new table; the name of the file when left out' }),
  table_id: z
    .string()
    .max(MAX_NAME)
    .optional()
    .openapi({ description: 'Id or title of a table that is there; absent for a new one' }),
  mode: z.enum(MODES).optional(),
  on: Name.optional().openapi({ description: 'upsert: the unique column that rows are matched by, id or title' }),
  encoding: format.encoding.optional(),
  separator: format.separator.optional(),
  decimal_mark: format.decimal_mark.optional(),
  date_order: format.date_order.optional(),
  header_line: z
    .string()
    .regex(/^\d{1,3}$/, 'expected the number of a line, or 0')
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', description: 'Line that names the columns; 0: none does. Found out when left out' }),
  on_bad: OnBadOption.optional().openapi({ description: 'For every column; `stop` when left out' }),
  skip: z
    .union([Name, z.array(Name)])
    .optional()
    .openapi({ type: 'array', items: { type: 'string' }, description: 'Titles of columns of the file that are not imported' }),
  columns: z.string().max(100_000).optional().openapi({ description: 'As of a run, as JSON' }),
})

export const NewImportAnswer = z.object({
  id: z.string().openapi({ example: 'im_0g0x02ppqq6hfp' }),
  part_size: z.number().int().openapi({ example: PART_SIZE }),
  parts: z.number().int().openapi({ example: 15 }),
})
export const PartAnswer = z.object({ received: z.number().int(), parts: z.number().int() })

const LeftOutBody = z.array(z.object({ what: z.string(), why: z.string() }))
const LinesBody = z
  .array(z.object({ line: z.number().int(), problem: z.string() }))
  .openapi({ description: 'Lines that were read other than they say, such as short ones; the first hundred' })
const LineValue = z.object({ line: z.number().int(), value: z.string() })

const FormatBody = z.object({
  ...format,
  decimal_mark: format.decimal_mark.nullable(),
  date_order: format.date_order.nullable(),
  header_line: HeaderLine,
  typed: z.boolean().openapi({ description: 'Every heading names a type, as in an export with types' }),
})

/** As a choice of two: beside a reference nullable() writes a type that null alone would fit, and the reference refuses null. */
function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()])
}

export const PreviewBody = z
  .object({
    format: FormatBody,
    questions: z
      .array(
        z.object({ name: z.string(), columns: z.array(z.number().int()), message: z.string(), choices: z.array(z.string()) }),
      )
      .openapi({ description: 'What the file leaves open; a run has to answer it' }),
    columns: z.array(
      z.object({
        index: z.number().int(),
        title: z.string(),
        type: z.string(),
        role: z.enum(['data', 'id']),
        note: z.string().nullable(),
        alternatives: z.array(z.string()),
        odd: z.array(LineValue).openapi({ description: 'Values that are not of the type, the first of them' }),
        odd_total: z.number().int(),
        column_id: z.string().nullable(),
        skip: z.boolean(),
      }),
    ),
    rows: z.array(z.array(z.string().nullable())).openapi({ description: 'The first ten' }),
    total_rows: z.number().int(),
    left_out: LeftOutBody,
    lines: LinesBody,
  })
  .openapi('ImportPreview')

export const ReadAnswer = z.object({
  done: z.boolean(),
  read: z.number().int().openapi({ description: 'Bytes' }),
  size: z.number().int(),
  preview: PreviewBody.optional(),
})

export const ReportBody = z
  .object({
    table: z.object({ id: z.string(), title: z.string() }),
    rows: z.number().int(),
    inserted: z.number().int(),
    updated: z.number().int(),
    format: FormatBody.openapi({ description: 'How the file was read' }),
    columns: z.array(z.object({ title: z.string(), type: z.string() })),
    left_out: LeftOutBody,
    lines: LinesBody,
    emptied: z
      .array(z.object({ line: z.number().int(), column: z.string(), value: z.string() }))
      .openapi({ description: 'The first hundred' }),
    emptied_total: z.number().int(),
  })
  .openapi('ImportReport')

export const RunAnswer = z.object({
  done: z.boolean(),
  rows: z.number().int(),
  total: z.number().int(),
  report: ReportBody.optional(),
})

export const StatusAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    size: z.number().int(),
    table_id: z.string().nullable(),
    phase: z.enum(['uploading', 'reading', 'ready', 'loading', 'done']),
    part_size: z.number().int(),
    parts: z.number().int(),
    received: z.number().int(),
    missing: z.array(z.number().int()).openapi({ description: 'The first hundred' }),
    read: z.number().int(),
    rows: z.number().int(),
    total: z.number().int(),
    preview: orNull(PreviewBody),
    report: orNull(ReportBody),
  })
  .openapi('Import')

export const CancelAnswer = z.object({ cancelled: z.boolean().openapi({ description: 'false: it was done already' }) })

/** A format as requests have it; what is left out is left out. */
export function toGivenFormat({
  encoding,
  separator,
  decimal_mark,
  date_order,
  header_line,
}: z.infer<typeof ReadBody>): GivenFormat {
  return {
    ...(encoding !== undefined && { encoding }),
    ...(separator !== undefined && { separator }),
    ...(decimal_mark !== undefined && { decimalMark: decimal_mark }),
    ...(date_order !== undefined && { dateOrder: date_order }),
    ...(header_line !== undefined && { headerLine: header_line }),
  }
}

function toColumnChoices(columns: z.infer<typeof ColumnChoices>): ColumnChoice[] {
  return columns.map(({ column_id, on_bad, ...same }) => ({
    ...same,
    ...(column_id !== undefined && { columnId: column_id }),
    ...(on_bad !== undefined && { onBad: on_bad }),
  }))
}

export function toChoices({ columns, decimal_mark, date_order, ...same }: z.infer<typeof RunBody>): Choices {
  return {
    ...same,
    ...(columns !== undefined && { columns: toColumnChoices(columns) }),
    ...(decimal_mark !== undefined && { decimalMark: decimal_mark }),
    ...(date_order !== undefined && { dateOrder: date_order }),
  }
}

function toFormatBody({
  encoding,
  separator,
  decimalMark,
  dateOrder: order,
  headerLine,
  typed,
}: Format): z.infer<typeof FormatBody> {
  return { encoding, separator, decimal_mark: decimalMark, date_order: order, header_line: headerLine, typed }
}

export function toPreviewBody(preview: FilePreview): z.infer<typeof PreviewBody> {
  return {
    format: toFormatBody(preview.format),
    questions: preview.questions.map((question) => ({ ...question })),
    columns: preview.columns.map(({ index, title, type, role, note, alternatives, odd, oddTotal, columnId, skip }) => ({
      index,
      title,
      type,
      role,
      note,
      alternatives: [...alternatives],
      odd: [...odd],
      odd_total: oddTotal,
      column_id: columnId,
      skip,
    })),
    rows: preview.rows.map((row) => [...row]),
    total_rows: preview.totalRows,
    left_out: [...preview.leftOut],
    lines: [...preview.lines],
  }
}

export function toReportBody({ format: found, leftOut, emptiedTotal, ...same }: Report): z.infer<typeof ReportBody> {
  return { ...same, format: toFormatBody(found), left_out: leftOut, emptied_total: emptiedTotal }
}

/** Where an import stands. */
export function toStatus(
  one: Import,
  { received, missing }: { received: number; missing: number[] },
  preview: FilePreview | null,
): z.infer<typeof StatusAnswer> {
  const { id, name, size, tableId, reading, load, report } = one
  return {
    id,
    name,
    size,
    table_id: tableId,
    phase: phaseOf(one),
    part_size: PART_SIZE,
    parts: countOfParts(one),
    // The parts of an import that is done are gone.
    received: report === null ? received : countOfParts(one),
    missing: report === null ? missing : [],
    read: reading?.reader.consumed ?? 0,
    rows: report?.rows ?? load?.rows ?? 0,
    total: reading?.rows ?? 0,
    preview: preview === null ? null : toPreviewBody(preview),
    report: report === null ? null : toReportBody(report),
  }
}

function phaseOf({ reading, load, report }: Import): z.infer<typeof StatusAnswer>['phase'] {
  if (report !== null) return 'done'
  if (load !== null) return 'loading'
  if (reading === null) return 'uploading'
  return reading.isDone ? 'ready' : 'reading'
}
