/**
 * What we use of the React that is inside Swagger UI.
 * @typedef {object} React
 * @property {(kind: unknown, properties: object | null, ...children: unknown[]) => unknown} createElement
 * @property {<Value>(first: Value) => [Value, (next: Value) => void]} useState
 * @property {unknown} Fragment
 */
/** @typedef {(properties: object) => unknown} Component */

export const NOTHING = null
