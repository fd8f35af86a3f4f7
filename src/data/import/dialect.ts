export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
export type Separator = ',' | ';' | '\t' | '|'
export interface Format {
  encoding: Encoding
  separator: Separator
  decimalMark: '.' | ','
  dateOrder: 'dmy' | 'mdy' | null
}
export function detectFormat(_head: Uint8Array, given: Partial<Format>): Format {
  return { encoding: 'utf-8', separator: ',', decimalMark: '.', dateOrder: null, ...given }
}
