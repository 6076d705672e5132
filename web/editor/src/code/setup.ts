import { acceptCompletion, autocompletion, type Completion as Entry, type CompletionContext, type CompletionResult, completionKeymap, completionStatus, pickedCompletion, startCompletion } from '@codemirror/autocomplete'
import {
  cursorCharLeft, cursorCharRight, cursorDocEnd, cursorDocStart, cursorGroupLeft, cursorGroupRight, cursorLineBoundaryBackward, cursorLineBoundaryForward, cursorLineDown, cursorLineUp, cursorPageDown, cursorPageUp,
  deleteCharBackwardStrict, deleteCharForward, deleteGroupBackward, deleteGroupForward, deleteLineBoundaryBackward, deleteLineBoundaryForward, history, historyKeymap, insertNewlineKeepIndent,
  selectAll, selectCharLeft, selectCharRight, selectDocEnd, selectDocStart, selectGroupLeft, selectGroupRight, selectLineBoundaryBackward, selectLineBoundaryForward, selectLineDown, selectLineUp, selectPageDown, selectPageUp,
} from '@codemirror/commands'
import { EditorState, type Extension, Prec } from '@codemirror/state'
import { Decoration, drawSelection, EditorView, keymap, type KeyBinding, placeholder, tooltips } from '@codemirror/view'
import { nonce } from '../ui/nonce'
import { plainText } from '../words/format'
import { soughtWords } from '../words/names'
import { closeHole, holeAt, openBefore } from './chips'
import type { CodeProps, Completion, Fault } from './types'

/** keys are those of a text field. (The default ones bring in what languages with a grammar need.) */
const keys: readonly KeyBinding[] = [
  { key: 'ArrowLeft', run: cursorCharLeft, shift: selectCharLeft, preventDefault: true },
  { key: 'Mod-ArrowLeft', mac: 'Alt-ArrowLeft', run: cursorGroupLeft, shift: selectGroupLeft, preventDefault: true },
  { mac: 'Cmd-ArrowLeft', run: cursorLineBoundaryBackward, shift: selectLineBoundaryBackward, preventDefault: true },
  { key: 'ArrowRight', run: cursorCharRight, shift: selectCharRight, preventDefault: true },
  { key: 'Mod-ArrowRight', mac: 'Alt-ArrowRight', run: cursorGroupRight, shift: selectGroupRight, preventDefault: true },
  { mac: 'Cmd-ArrowRight', run: cursorLineBoundaryForward, shift: selectLineBoundaryForward, preventDefault: true },
  { key: 'ArrowUp', run: cursorLineUp, shift: selectLineUp, preventDefault: true },
  { key: 'ArrowDown', run: cursorLineDown, shift: selectLineDown, preventDefault: true },
  { key: 'PageUp', run: cursorPageUp, shift: selectPageUp },
  { key: 'PageDown', run: cursorPageDown, shift: selectPageDown },
  { key: 'Home', run: cursorLineBoundaryBackward, shift: selectLineBoundaryBackward, preventDefault: true },
  { key: 'End', run: cursorLineBoundaryForward, shift: selectLineBoundaryForward, preventDefault: true },
  { key: 'Mod-Home', mac: 'Cmd-ArrowUp', run: cursorDocStart, shift: selectDocStart },
  { key: 'Mod-End', mac: 'Cmd-ArrowDown', run: cursorDocEnd, shift: selectDocEnd },
  { key: 'Enter', run: insertNewlineKeepIndent, shift: insertNewlineKeepIndent },
  { key: 'Mod-a', run: selectAll },
  { key: 'Backspace', run: deleteEmptyHole },
  { key: 'Backspace', run: deleteCharBackwardStrict, shift: deleteCharBackwardStrict, preventDefault: true },
  { key: 'Delete', run: deleteCharForward, preventDefault: true },
  { key: 'Mod-Backspace', mac: 'Alt-Backspace', run: deleteGroupBackward, preventDefault: true },
  { key: 'Mod-Delete', mac: 'Alt-Delete', run: deleteGroupForward, preventDefault: true },
  { mac: 'Mod-Backspace', run: deleteLineBoundaryBackward, preventDefault: true },
  { mac: 'Mod-Delete', run: deleteLineBoundaryForward, preventDefault: true },
]

/** deleteEmptyHole takes the braces that were closed for a person away with those that they delete. */
function deleteEmptyHole(view: EditorView): boolean {
  const { from, to } = view.state.selection.main
  const behind = /^ ?\}\}/.exec(view.state.sliceDoc(to, to + 3))?.[0]
  const before = /\{\{ ?$/.exec(view.state.sliceDoc(Math.max(0, from - 3), from))?.[0]
  if (from !== to || !behind || !before) return false
  view.dispatch({ changes: { from: from - before.length, to: to + behind.length }, userEvent: 'delete.backward' })
  return true
}

/** replaceSelected types over what is selected. Chromium would write the look of what it takes away into a style, which the content policy refuses. */
function replaceSelected(e: InputEvent, view: EditorView): boolean {
  if (e.inputType !== 'insertText' || !e.data || view.composing) return false
  const { from, to } = selected(view)
  if (from === to) return false
  view.dispatch({ changes: { from, to, insert: e.data }, selection: { anchor: from + e.data.length }, userEvent: 'input.type', scrollIntoView: true })
  e.preventDefault()
  return true
}

/** selected is what is typed over: the page may know of it before the view does. */
function selected(view: EditorView) {
  const { main } = view.state.selection
  const shown = document.getSelection()
  if (!main.empty || !shown?.rangeCount) return main
  const range = shown.getRangeAt(0)
  return { from: view.posAtDOM(range.startContainer, range.startOffset), to: view.posAtDOM(range.endContainer, range.endOffset) }
}

export function basics(): Extension {
  return [
    EditorView.cspNonce.of(nonce()),
    history(),
    drawSelection(),
    tooltips({ tooltipSpace: () => ({ top: 8, left: 8, bottom: innerHeight - 8, right: innerWidth - 8 }) }),
    EditorState.tabSize.of(2),
    keymap.of([...completionKeymap, { key: 'Tab', run: acceptCompletion }, ...historyKeymap, ...keys]),
    EditorView.domEventHandlers({ beforeinput: replaceSelected }),
    // What this field does with Escape is not for the page; without a list open, Escape is.
    EditorView.domEventHandlers({ keydown: (e, v) => { if (e.key === 'Escape' && completionStatus(v.state) !== null) e.stopPropagation() } }),
  ]
}

export const oneLine: Extension = [
  EditorState.transactionFilter.of((t) => (t.newDoc.lines > 1 ? [t, { changes: breaks(t.newDoc.toString()), sequential: true }] : t)),
  Prec.highest(keymap.of([{ key: 'Enter', run: (v) => acceptCompletion(v) || closeHole(v) || openBefore(v) || true }])),
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

/** faults underlines what the server says is wrong, until the text changes; the words stand below the field. */
export function faults(problems: Fault[] | undefined): Extension {
  return EditorView.decorations.compute(['doc'], (state) => {
    const end = state.doc.length
    const marks = (problems ?? []).flatMap((p) => {
      const from = Math.min(p.from ?? 0, end)
      const to = Math.min(p.to ?? 0, end)
      return to > from ? [Decoration.mark({ class: `code-${p.severity}`, attributes: { title: p.hint ? `${p.message} ${p.hint}` : p.message } }).range(from, to)] : []
    })
    return Decoration.set(marks, true)
  })
}

const kinds: Record<string, string> = { function: 'function', root: 'namespace', keyword: 'keyword' }

/** completions asks the server what may stand at the caret. */
export function completions(props: () => CodeProps): Extension {
  const source = async (context: CompletionContext) => {
    const { complete, mode } = props()
    if (!complete || mode === 'json') return null
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos)
    const hole = mode === 'template' ? holeStart(context.state.doc.toString(), context.pos) : 0
    if (hole === undefined) return null
    const called = /^[\p{L}\d]+([ ›?-]+[\p{L}\d]*)+$/u.test(context.state.sliceDoc(hole, context.pos).trimStart()) // a field as people call it
    if (!context.explicit && /(^|[^\p{L}\d_.\]])\d[\d.,]*$/u.test(context.state.sliceDoc(hole, context.pos))) return null // a number means itself
    if (!context.explicit && !called && !/[\p{L}\d_.["]/u.test(before)) return null
    const stop = new AbortController()
    context.addEventListener('abort', () => stop.abort())
    const found = await complete(context.state.doc.toString(), context.pos, stop.signal).catch(() => null)
    if (!found || found.items.length === 0) return null
    // The server knows what is meant most; until it is asked again, what is typed on takes from its list.
    const update: CompletionResult['update'] = (current, from, _to, { state, pos }) => {
      const options = narrowed(found.items, state.sliceDoc(from, pos)).map(entry)
      return options.length > 0 ? { ...current, from, to: pos, options } : null
    }
    return { from: found.from, to: found.to, options: found.items.map(entry), filter: false, update }
  }
  return autocompletion({ override: [source], icons: false, interactionDelay: 0, closeOnBlur: true, aboveCursor: false, maxRenderedOptions: 60 })
}

/** holeStart is where what is written in the hole begins that a place is in. */
function holeStart(text: string, at: number): number | undefined {
  const open = text.lastIndexOf('{{', at)
  return open >= 0 && text.lastIndexOf('}}', at - 1) < open ? open + 2 : undefined
}

/** narrowed are the completions that still fit, the nearest first; none where another kind of thing is typed. */
function narrowed(items: Completion[], typed: string): Completion[] {
  const words = (text: string) => plainText(text.replaceAll('-', ' ')).replace(/[^\p{L}\d]+/gu, ' ').trim()
  const want = words(typed)
  if (/[.[\]()"'|]/.test(typed) || want === '') return []
  const near = (c: Completion) => {
    const names = [words(/[^.[\]"']+(?=["'\]]*$)/.exec(c.label)?.[0] ?? c.label), words(c.title ?? ''), plainText(c.title ?? '')]
    const all = ` ${words(c.label.replaceAll('_', ' '))} ${names.join(' ')}`
    const fits = names.includes(want) ? 4 : names.some((n) => n.startsWith(want)) ? 2 : names.some((n) => ` ${n}`.includes(` ${want}`)) ? 1 : soughtWords(want).every((w) => all.includes(` ${w}`)) ? 0.7 : 0
    return fits === 0 || c.kind === 'field' || c.kind === 'root' ? fits : fits === 4 ? 1.5 : 0.5
  }
  return items.map((c) => ({ c, n: near(c) })).filter(({ n }) => n > 0).sort((a, b) => b.n - a.n).map(({ c }) => c)
}

/** braces are those that a person may still type behind a hole that was closed for them. */
const braces = new WeakMap<EditorView, { at: number; left: number }>()

/** take writes a completion. What is one value and all of its hole is done: the caret goes behind it. */
function take(view: EditorView, c: Completion, from: number, to: number) {
  const hole = holeAt(view.state, from)
  const done = hole && c.kind === 'field' && !/object|list|any/.test(c.type ?? 'any') && `${view.state.sliceDoc(hole.from + 2, from)}${view.state.sliceDoc(to, hole.to - 2)}`.trim() === ''
  const at = done ? hole.to + c.insert.length - (to - from) : from + c.insert.length
  view.dispatch({ changes: { from, to, insert: c.insert }, selection: { anchor: at }, userEvent: 'input.complete', annotations: pickedCompletion.of(entry(c)) })
  if (done) braces.set(view, { at, left: 2 })
}

function entry(c: Completion): Entry {
  const named = c.kind === 'field' && c.title !== undefined
  const counted = c.of && !(named && c.seen === c.of) ? `${c.seen}/${c.of}` : ''
  const detail = [!named && c.title, c.detail || (!named && c.type), counted].filter(Boolean).join(' · ')
  return { label: c.label, ...(named && { displayLabel: c.title }), apply: (view, _, from, to) => take(view, c, from, to), type: kinds[c.kind] ?? 'property', ...(detail && { detail }), ...(c.doc && { info: c.doc }) }
}

/** pickKeys opens the data picker by / at the begin of a word. {{ makes a hole to type in, with the data beside it. */
export function pickKeys(props: () => CodeProps, slashed: (at: number) => void): Extension {
  return EditorView.inputHandler.of((view, from, to, text) => {
    const { data, mode } = props()
    if (mode !== 'template') return false
    const before = view.state.sliceDoc(Math.max(0, from - 1), from)
    if (data && text === '/' && (before === '' || /\s/.test(before))) {
      view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + 1 }, userEvent: 'input.type' })
      slashed(from + 1)
      data('keys')
      return true
    }
    const hole = holeAt(view.state, from)
    if (text === '{' && before === '{' && !hole) {
      view.dispatch({ changes: { from, to, insert: '{}}' }, selection: { anchor: from + 1 }, userEvent: 'input.type' })
      if (data && matchMedia('(min-width: 600px)').matches) data('look') // it shows what there is; a list would lie over it
      else startCompletion(view)
      return true
    }
    if (text === '}' && hole && view.state.sliceDoc(to, hole.to).trim() === '}}') {
      braces.set(view, { at: hole.to, left: 1 })
      return closeHole(view)
    }
    const more = braces.get(view)
    const typed = text === '}' && more?.at === from && from === to && more.left > 0
    if (typed) more.left--
    else braces.delete(view)
    return typed
  })
}
