import { calledOf } from './names'

/** steps splits a path into its names and numbers: trigger.body["e-mail"][0] gives four. */
export function segments(path: string): string[] {
  const out: string[] = []
  for (const m of path.matchAll(/([A-Za-z_]\w*)|\[(\d*)\]|\["((?:[^"\\]|\\.)*)"\]/g)) out.push(m[1] ?? m[3] ?? (m[2] === '' ? '[]' : (m[2] ?? '')))
  return out
}

/** what holds others and says nothing of them */
const plain = new Set(['trigger', 'body', 'steps', 'data', 'attributes', 'output'])

const small = new Set(['id', 'url', 'cpf', 'cnpj', 'ip', 'sku', 'cep', 'utm'])

/** friendly makes words of the last names of a path, where nobody gave it a label. */
export function friendly(path: string): string {
  const all = segments(path).filter((s) => s !== '[]' && !/^\d+$/.test(s))
  const names = all[0] === 'steps' && all.length > 2 ? all.slice(2) : all
  const whose = names.at(-2) ?? ''
  const called = calledOf(names.at(-1) ?? '', names.length > 2 && !plain.has(whose) ? whose : '')
  if (called) return called
  const kept = names.slice(names.length > 2 ? -2 : -1).filter((s, i, all) => i === all.length - 1 || !plain.has(s))
  const words = kept.flatMap((s) => s.replace(/([a-z\d])([A-Z])/g, '$1 $2').split(/[\s_-]+/)).filter(Boolean)
  const text = words.map((w) => (small.has(w.toLowerCase()) ? w.toUpperCase() : w.toLowerCase())).join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1) || path
}
