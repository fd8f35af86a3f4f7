/** How a file is written: what its first part says, where the person does not. */
import { type CsvRecord, SEP_LINE, createReader } from './csv'
import { type Format, SEPARATORS, type Separator } from './dialect'
import { type Encoding, decodeLines, detectEncoding } from './encoding'
import { typeOfHeading } from './header'

/** Bytes that tell the separator. */
const SAMPLE = 262_144

/** What `given` leaves open is found out from the first part of a file. */
export function detectFormat(head: Uint8Array, given: Partial<Format>): Format {
  const encoding = given.encoding ?? detectEncoding(head, false)
  const sample = head.subarray(0, SAMPLE)
  const separator = given.separator ?? separatorLine(sample, encoding) ?? bestSeparator(sample, encoding)
  const format: Format = {
    encoding,
    separator,
    decimalMark: given.decimalMark ?? null,
    dateOrder: given.dateOrder ?? null,
    typed: false,
  }
  const [header] = sampleRecords(sample, format)
  return isTyped(header, separator) ? { ...format, decimalMark: '.', typed: true } : format
}

function isTyped(header: CsvRecord | undefined, separator: Separator): boolean {
  // A spreadsheet that saved an export with another separator has changed its numbers and dates, too.
  return separator === ',' && header !== undefined && header.cells.every((cell) => cell !== null && typeOfHeading(cell) !== null)
}

function separatorLine(sample: Uint8Array, encoding: Encoding): Separator | null {
  const [, mark] = SEP_LINE.exec(decodeLines(sample.subarray(0, 64), encoding).text) ?? []
  return SEPARATORS.find((separator) => separator === mark) ?? null
}

function bestSeparator(sample: Uint8Array, encoding: Encoding): Separator {
  let best: Separator = ','
  let most = 0
  for (const separator of SEPARATORS) {
    const format: Format = { encoding, separator, decimalMark: null, dateOrder: null, typed: false }
    const score = consistency(sampleRecords(sample, format))
    if (score > most) [best, most] = [separator, score]
  }
  return best
}

function sampleRecords(sample: Uint8Array, format: Format): CsvRecord[] {
  const records = createReader(format).push(sample, false)
  return records.length > 0 ? records : createReader(format).push(sample, true)
}

/** How far records agree on a number of cells above one, and with the first of them, which names the columns. */
function consistency(records: readonly CsvRecord[]): number {
  const counts = new Map<number, number>()
  let spaced = 0
  let inner = 0
  for (const { cells, problem } of records) {
    if (problem === undefined && cells.length > 1) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
    inner += cells.length - 1
    for (const cell of cells.slice(1)) if (cell?.startsWith(' ') === true) spaced++
  }
  const [width, count] = [...counts].toSorted(([, one], [, other]) => other - one)[0] ?? [0, 0]
  const share = count / Math.max(1, records.length)
  const named = records[0]?.cells.length === width ? 1 : 0.5
  // In a sentence a space follows a comma.
  const prose = inner > 0 && spaced === inner ? 0.8 : 1
  return share * named * prose * (1 + Math.min(width, 100) / 1000)
}
