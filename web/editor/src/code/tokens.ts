import type { Mode } from './types'

export type Token = { from: number; to: number; kind: string }

const text = String.raw`"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?`
const expression = new RegExp([
  `(?<text>${text}|\`[^\`]*\`?)`,
  String.raw`(?<number>\b\d+(?:\.\d+)?)`,
  String.raw`(?<word>\b(?:and|or|not|in|let|true|false|nil|contains|startsWith|endsWith|matches)\b)`,
  String.raw`(?<name>[A-Za-z_]\w*(?=\())`,
  String.raw`(?:[A-Za-z_]\w*)`,
  String.raw`(?<sign>[-+*/%<>=!&|?:^]+)`,
].join('|'), 'g')
const json = /(?<name>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<text>"(?:[^"\\\n]|\\.)*"?)|(?<number>-?\b\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?<word>\b(?:true|false|null)\b)/g

/** tokens tells apart what is written, for colours only; the server alone understands it. */
export function tokens(source: string, mode: Mode): Token[] {
  if (mode === 'expression') return found(source, expression, 0)
  if (mode === 'json') return found(source, json, 0)
  const out: Token[] = []
  for (const m of mode === 'template' ? source.matchAll(/\{\{([\s\S]*?)(\}\}|$)/g) : []) {
    const start = m.index + 2
    const end = start + (m[1]?.length ?? 0)
    out.push({ from: m.index, to: start, kind: 'brace' }, ...found(m[1] ?? '', expression, start))
    if (m[2]) out.push({ from: end, to: end + 2, kind: 'brace' })
  }
  return out
}

function found(source: string, pattern: RegExp, offset: number): Token[] {
  const out: Token[] = []
  for (const m of source.matchAll(pattern)) {
    const kind = Object.entries(m.groups ?? {}).find(([, v]) => v !== undefined)?.[0]
    if (kind) out.push({ from: offset + m.index, to: offset + m.index + m[0].length, kind })
  }
  return out
}

const pairs = '()[]{}'
const far = 4_000

/** brackets finds the bracket beside the caret and the one that it belongs to. */
export function brackets(source: string, caret: number): [number, number] | null {
  for (const at of [caret - 1, caret]) {
    const kind = pairs.indexOf(source[at] ?? ' ')
    if (kind < 0) continue
    const step = kind % 2 === 0 ? 1 : -1
    const other = pairs[kind + step]
    let depth = 0
    for (let i = at; i >= 0 && i < source.length && Math.abs(i - at) < far; i += step) {
      if (source[i] === source[at]) depth++
      else if (source[i] === other && --depth === 0) return at < i ? [at, i] : [i, at]
    }
  }
  return null
}
