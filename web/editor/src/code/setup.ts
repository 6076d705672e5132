import { acceptCompletion, autocompletion, type Completion as Entry, type CompletionContext, completionKeymap, completionStatus } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, StreamLanguage, type StringStream, syntaxHighlighting } from '@codemirror/language'
import { linter } from '@codemirror/lint'
import { EditorState, type Extension, Prec } from '@codemirror/state'
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { nonce } from '../ui/nonce'
import type { CodeProps, Completion, Fault, Mode } from './types'

const words = /^(?:and|or|not|in|let|true|false|nil|contains|startsWith|endsWith|matches)\b/

/** token colours what is written; the server alone understands it. */
function token(s: StringStream): string | null {
  if (s.eatSpace()) return null
  if (s.match(/^"(?:[^"\\]|\\.)*"?|^'(?:[^'\\]|\\.)*'?|^`[^`]*`?/)) return 'string'
  if (s.match(/^\d+(?:\.\d+)?/)) return 'number'
  if (s.match(words)) return 'keyword'
  if (s.match(/^[A-Za-z_]\w*(?=\()/)) return 'function'
  if (s.match(/^[A-Za-z_]\w*/)) return 'variableName'
  if (s.match(/^[-+*/%<>=!&|?:^]+/)) return 'operator'
  s.next()
  return null
}

const expression = StreamLanguage.define<null>({ startState: () => null, token, tokenTable: { function: tags.function(tags.variableName) } })

const template = StreamLanguage.define<{ inside: boolean }>({
  startState: () => ({ inside: false }),
  token(s, state) {
    if (s.match(state.inside ? '}}' : '{{')) {
      state.inside = !state.inside
      return 'brace'
    }
    if (state.inside) return s.eatSpace() ? null : token(s)
    while (!s.eol() && !s.match('{{', false)) s.next()
    return null
  },
  tokenTable: { function: tags.function(tags.variableName), brace: tags.brace },
})

const json = StreamLanguage.define<{ inside: boolean }>({
  startState: () => ({ inside: false }),
  token(s) {
    if (s.match(/^"(?:[^"\\]|\\.)*"(?=\s*:)/)) return 'propertyName'
    if (s.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string'
    if (s.match(/^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/)) return 'number'
    if (s.match(/^(?:true|false|null)\b/)) return 'keyword'
    s.next()
    return null
  },
})

const colours = HighlightStyle.define([
  { tag: tags.string, color: 'var(--ok)' },
  { tag: tags.number, color: 'var(--warn)' },
  { tag: [tags.keyword, tags.operator], color: 'var(--wait)' },
  { tag: [tags.function(tags.variableName), tags.brace, tags.propertyName], color: 'var(--accent)' },
])

export function languageOf(mode: Mode): Extension {
  if (mode === 'text') return []
  return [{ template, expression, json }[mode], syntaxHighlighting(colours)]
}

export function basics(): Extension {
  return [
    EditorView.cspNonce.of(nonce()),
    history(),
    drawSelection(),
    bracketMatching(),
    EditorState.tabSize.of(2),
    keymap.of([...completionKeymap, { key: 'Tab', run: acceptCompletion }, ...historyKeymap, ...defaultKeymap]),
    // What this field does with Escape is not for the page; without a list open, Escape is.
    EditorView.domEventHandlers({ keydown: (e, v) => { if (e.key === 'Escape' && completionStatus(v.state) !== null) e.stopPropagation() } }),
  ]
}

export const oneLine: Extension = [
  EditorState.transactionFilter.of((t) => (t.newDoc.lines > 1 ? [t, { changes: breaks(t.newDoc.toString()), sequential: true }] : t)),
  Prec.highest(keymap.of([{ key: 'Enter', run: (v) => acceptCompletion(v) || true }])),
]

function breaks(text: string) {
  return [...text.matchAll(/\r?\n/g)].map((m) => ({ from: m.index, to: m.index + m[0].length, insert: ' ' }))
}

export function attributes(p: CodeProps): Extension {
  return EditorView.contentAttributes.of({
    'aria-labelledby': p.labelledBy,
    ...(p.describedBy && { 'aria-describedby': p.describedBy }),
    ...(p.invalid && { 'aria-invalid': 'true' }),
    spellcheck: p.mode === 'template' || p.mode === 'text' ? 'true' : 'false',
    autocapitalize: 'off',
    ...(p.lines === 'one' && { 'aria-multiline': 'false' }),
  })
}

export const looks = (p: CodeProps): Extension => (p.placeholder ? placeholder(p.placeholder) : [])

/** faults underlines what the server says is wrong. */
export function faults(problems: Fault[] | undefined): Extension {
  return linter(
    (view) => {
      const end = view.state.doc.length
      return (problems ?? []).filter((p) => (p.to ?? 0) > (p.from ?? 0)).map((p) => ({
        from: Math.min(p.from ?? 0, end), to: Math.min(p.to ?? 0, end), severity: p.severity, message: p.hint ? `${p.message} ${p.hint}` : p.message,
      }))
    },
    { delay: 0 },
  )
}

const kinds: Record<string, string> = { function: 'function', root: 'namespace', keyword: 'keyword' }

/** completions asks the server what may stand at the caret. */
export function completions(props: () => CodeProps): Extension {
  const source = async (context: CompletionContext) => {
    const { complete, mode } = props()
    if (!complete || mode === 'json') return null
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos)
    if (!context.explicit && !/[\w.["]/.test(before)) return null
    if (mode === 'template' && !insideHole(context.state.doc.toString(), context.pos)) return null
    const stop = new AbortController()
    context.addEventListener('abort', () => stop.abort())
    const found = await complete(context.state.doc.toString(), context.pos, stop.signal).catch(() => null)
    if (!found || found.items.length === 0) return null
    return { from: found.from, to: found.to, options: found.items.map(entry), validFor: /^\w*$/ }
  }
  return autocompletion({ override: [source], icons: false, closeOnBlur: true, aboveCursor: false, maxRenderedOptions: 60 })
}

function insideHole(text: string, at: number): boolean {
  const open = text.lastIndexOf('{{', at)
  return open >= 0 && text.lastIndexOf('}}', at - 1) < open
}

function entry(c: Completion): Entry {
  const counted = c.of ? `${c.seen}/${c.of}` : ''
  const detail = [c.title, c.detail || c.type, counted].filter(Boolean).join(' · ')
  return { label: c.label, apply: c.insert, type: kinds[c.kind] ?? 'property', ...(detail && { detail }), ...(c.doc && { info: c.doc }) }
}

/** pickKeys opens the data picker: by {{, and by / at the begin of a word. */
export function pickKeys(props: () => CodeProps, slashed: (at: number) => void): Extension {
  return EditorView.inputHandler.of((view, from, to, text) => {
    const { slash, mode } = props()
    if (!slash || mode === 'json') return false
    const before = view.state.sliceDoc(Math.max(0, from - 1), from)
    if (text === '/' && mode === 'template' && (before === '' || /\s/.test(before))) {
      view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + 1 }, userEvent: 'input.type' })
      slashed(from + 1)
      slash()
      return true
    }
    if (text === '{' && before === '{' && mode === 'template') {
      view.dispatch({ changes: { from: from - 1, to, insert: '' }, selection: { anchor: from - 1 }, userEvent: 'input.type' })
      slash()
      return true
    }
    return false
  })
}
