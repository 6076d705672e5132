import type { Completion } from '../code/types'
import { write } from './formats'
import { hole, isPath, onlyHole } from './template'

const hosted = /^\s*(https?:\/\/[^/?#\s]+|\{\{\}\}[^/?#\s]*)[/?#]/
const inCode = /\{\{\s*[\w.]*[^\w.\s}]/

/** inAddress makes data that comes behind the host of an address a piece of it: nothing in it leads elsewhere. */
export function inAddress(text: string, before: string): string {
  const path = onlyHole(text) ?? ''
  const outline = before.replace(/\{\{.*?\}\}/g, '{{}}')
  if (!isPath(path) || /^(vars|run)\./.test(path) || !hosted.test(outline) || inCode.test(outline)) return text
  return hole(write({ path, piece: before.includes('?') ? 'query' : 'path' }))
}

/** completed makes the values that may stand behind the host pieces, where the hole holds nothing else. */
export const completed = (items: Completion[], before: string) =>
  /\{\{\s*$/.test(before) ? items.map((c) => (c.kind !== 'field' || c.type === 'object' || c.type === 'list' ? c : { ...c, insert: inAddress(hole(c.insert), before).slice(3, -3) })) : items
