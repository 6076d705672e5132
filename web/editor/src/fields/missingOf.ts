import type { Desk } from '../data/desk'
import { read } from './formats'
import { holes } from './template'

/** missingOf is the first value of a template that is not in every event. */
export function missingOf(desk: Desk, value: string) {
  if (!desk.setMissing) return undefined
  return holes(value).map((h) => ({ ...h, written: read(h.text) })).filter((h) => h.written?.instead === undefined).map((h) => ({ ...h, stats: h.written && desk.statsOf(h.written.path) })).find((h) => h.stats && h.stats.of > 0 && h.stats.seen < h.stats.of)
}
