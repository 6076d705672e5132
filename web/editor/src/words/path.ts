import { calledOf } from './names'

/** steps splits a path into its names and numbers: trigger.body["e-mail"][0] gives four. */
export function segments(path: string): string[] {
  const out: string[] = []
  for (const m of path.matchAll(/([A-Za-z_]\w*)|\[(\d*)\]|\["((?:[^"\\]|\\.)*)"\]/g)) out.push(m[1] ?? (m[3] === undefined ? (m[2] === '' ? '[]' : (m[2] ?? '')) : unquoted(m[3])))
  return out
}

function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}

/** what holds others and says nothing of them */
const plain = new Set(['trigger', 'body', 'steps', 'data', 'attributes', 'output'])

const small = new Set(['id', 'url', 'cpf', 'cnpj', 'ip', 'sku', 'cep', 'utm'])

/** inOwnWords says that a person wrote a name: it stands as it is. */
const inOwnWords = (name: string) => /[^\w-]/.test(name)

/** wordsIn takes a name apart, unless a person wrote it in words. */
const wordsIn = (name: string) => (inOwnWords(name) ? [name] : name.replace(/([a-z\d])([A-Z])/g, '$1 $2').split(/[_-]+/).map((w) => (small.has(w.toLowerCase()) ? w.toUpperCase() : w.toLowerCase())))

/** friendly makes words of the last names of a path, where nobody gave it a label. */
export const friendly = (path: string) => inWords(segments(path)) || path

/** inWords is friendly for the names of a path, or for one of them. */
export function inWords(segments: string[]): string {
  const all = segments.filter((s) => s !== '[]' && !/^\d+$/.test(s))
  const names = all[0] === 'steps' && all.length > 2 ? all.slice(2) : all
  const whose = names.at(-2) ?? ''
  const last = names.at(-1) ?? ''
  const called = inOwnWords(last) ? undefined : calledOf(last, names.length > 2 && !plain.has(whose) ? whose : '')
  if (called) return called
  const kept = names.slice(names.length > 2 ? -2 : -1).filter((s, i, all) => i === all.length - 1 || !plain.has(s))
  const text = kept.flatMap(wordsIn).filter(Boolean).join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
