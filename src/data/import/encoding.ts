/** The bytes of a file as text, line by line: what a line is does not depend on where a part of the file ends. */

import type { Encoding } from '../inference/dialect'

const LF = 10
const CR = 13

/** Code points of the bytes 0x80 to 0x9f (WHATWG Encoding); runtimes take them for Latin-1 or not, depending on their version. */
const WINDOWS_1252 = [
  0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f, 0x90,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
]

/** Arguments that a call can have. */
const UNITS_PER_CALL = 8192

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export interface DecodedText {
  text: string
  /** Lines that are not valid in the encoding, counted from 0, and were read as Windows-1252. */
  invalid: ReadonlySet<number>
}

const NONE: ReadonlySet<number> = new Set()

/** Whole lines as text. A byte order mark stays in it. */
export function decodeLines(bytes: Uint8Array, encoding: Encoding): DecodedText {
  if (encoding === 'windows-1252') return { text: windows1252(bytes), invalid: NONE }
  if (encoding !== 'utf-8') return { text: utf16(bytes, encoding === 'utf-16le'), invalid: NONE }
  const text = validUtf8(bytes)
  return text === null ? mixedLines(bytes) : { text, invalid: NONE }
}

function validUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

/** Files that several programs wrote to, and such as are plain ASCII for their first million bytes. */
function mixedLines(bytes: Uint8Array): DecodedText {
  const invalid = new Set<number>()
  let text = ''
  let line = 0
  for (let start = 0; start < bytes.length; line++) {
    const end = endOfLine(bytes, start)
    const part = bytes.subarray(start, end)
    const valid = validUtf8(part)
    if (valid === null) invalid.add(line)
    text += valid ?? windows1252(part)
    start = end
  }
  return { text, invalid }
}

function endOfLine(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : Math.min(at + 1, bytes.length)
}

function windows1252(bytes: Uint8Array): string {
  return fromUnits(Uint16Array.from(bytes, (byte) => (byte >= 0x80 && byte < 0xa0 ? (WINDOWS_1252[byte - 0x80] ?? byte) : byte)))
}

function utf16(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const units = new Uint16Array(bytes.length >> 1)
  for (let index = 0; index < units.length; index++) units[index] = view.getUint16(index * 2, isLittleEndian)
  return fromUnits(units)
}

function fromUnits(units: Uint16Array): string {
  let text = ''
  for (let at = 0; at < units.length; at += UNITS_PER_CALL)
    text += String.fromCharCode(...units.subarray(at, at + UNITS_PER_CALL))
  return text
}

/** Bytes of a line end, and where in them its value is. */
function unitOf(encoding: Encoding): { size: number; low: number } {
  if (encoding === 'utf-16le') return { size: 2, low: 0 }
  return encoding === 'utf-16be' ? { size: 2, low: 1 } : { size: 1, low: 0 }
}

/** Up to where there are whole lines, as far as that is certain: a CR at the very end may be half of a line end. */
export function endOfWholeLines(bytes: Uint8Array, encoding: Encoding): number {
  const { size } = unitOf(encoding)
  const length = bytes.length - (bytes.length % size)
  for (let at = length - size; at >= 0; at -= size) {
    const unit = unitAt(bytes, at, encoding)
    if (unit === LF || (unit === CR && at + size < length)) return at + size
  }
  return 0
}

function unitAt(bytes: Uint8Array, at: number, encoding: Encoding): number {
  const { size, low } = unitOf(encoding)
  const value = bytes[at + low] ?? 0
  return size === 1 ? value : value + 256 * (bytes[at + 1 - low] ?? 0)
}

/** Where in the bytes the lines begin whose text is `rest`, the end of all of their text. */
export function startOfRest(bytes: Uint8Array, encoding: Encoding, rest: string): number {
  const { size } = unitOf(encoding)
  let ends = 0
  for (let at = 0; at < rest.length; at++) if (isLineEnd(rest.charCodeAt(at))) ends++
  for (let at = bytes.length - size; at >= 0; at -= size) {
    if (isLineEnd(unitAt(bytes, at, encoding)) && ends-- === 0) return at + size
  }
  return 0
}

function isLineEnd(unit: number): boolean {
  return unit === LF || unit === CR
}

/** Bytes that are looked at to find out the encoding of a file without a byte order mark. */
const LOOKED_AT = 65_536

/** `isWhole`: the bytes are all of the file, so that no character is cut at their end. */
export function detectEncoding(bytes: Uint8Array, isWhole: boolean): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const wide = wideEncoding(bytes.subarray(0, LOOKED_AT))
  if (wide !== null) return wide
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    decoder.decode(bytes, { stream: !isWhole })
    return 'utf-8'
  } catch {
    return isMostlyUtf8(bytes) ? 'utf-8' : 'windows-1252'
  }
}

/** Of the lines that are more than ASCII: one of Windows-1252 is hardly ever valid by chance. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  let [valid, invalid] = [0, 0]
  for (let start = 0, end = 0; start < bytes.length; start = end) {
    end = endOfLine(bytes, start)
    const text = validUtf8(bytes.subarray(start, end))
    if (text === null) invalid++
    // Beyond ASCII a character has more bytes than UTF-16 has units.
    else if (text.length < end - start) valid++
  }
  return valid > 0 && valid >= invalid
}

/** In UTF-16 a line end, a space or a digit is a byte of its own and a 0, always on the same side. */
function wideEncoding(bytes: Uint8Array): Encoding | null {
  const zeros: [number, number] = [0, 0]
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0) zeros[at % 2 === 0 ? 0 : 1]++
  const [even, odd] = zeros
  if (Math.max(even, odd) < bytes.length / 40 || Math.min(even, odd) * 10 > Math.max(even, odd)) return null
  return hasWideLineEnds(bytes, odd > even ? 1 : 0) ? (odd > even ? 'utf-16le' : 'utf-16be') : null
}

/** `side`: whether the 0 of a character stands at even or at odd places. Without a line end half of all bytes must be 0. */
function hasWideLineEnds(bytes: Uint8Array, side: 0 | 1): boolean {
  let ends = 0
  let wide = 0
  let zeros = 0
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0) zeros++
    if (!isLineEnd(bytes[at] ?? 0)) continue
    ends++
    if (at % 2 !== side && bytes[side === 1 ? at + 1 : at - 1] === 0) wide++
  }
  return ends === 0 ? zeros * 2 >= bytes.length - 1 : wide * 2 >= ends
}
