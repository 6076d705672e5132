import type { Schemas } from '../api/client'

export type Fix = Schemas['FixView']

/** mendText puts a fix into the text that it was found in; undefined where the text is another by now. */
function mendText(text: string, fix: Fix): string | undefined {
  if (fix.of === undefined) return fix.put
  const from = fix.from ?? 0
  const to = fix.to ?? 0
  return text.slice(from, to) === fix.of ? text.slice(0, from) + fix.put + text.slice(to) : undefined
}

const names = (pointer: string) => pointer.split('/').slice(1).map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'))

/** mend puts a fix into what lies at a JSON pointer of a document; undefined where it does not fit. */
export function mend(document: unknown, pointer: string, fix: Fix): unknown {
  return mendAt(document, names(pointer), fix)
}

function mendAt(value: unknown, path: string[], fix: Fix): unknown {
  const [name, ...rest] = path
  if (name === undefined) return typeof value === 'string' || value === undefined ? mendText(value ?? '', fix) : undefined
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value) && rest.length === 0 && fix.put.startsWith('{"')) return value.flatMap((v: unknown, i) => (String(i) === name ? [v, JSON.parse(fix.put) as unknown] : [v])) // a step is put behind another
  const next = mendAt((value as Record<string, unknown>)[name], rest, fix)
  if (next === undefined) return undefined
  return Array.isArray(value) ? value.map((v, i) => (String(i) === name ? next : (v as unknown))) : { ...value, [name]: next }
}
