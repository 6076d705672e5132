import { type EditorState, type Extension, RangeSetBuilder } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, keymap, ViewPlugin, type ViewUpdate, WidgetType } from '@codemirror/view'
import { hole, type Part, parts } from '../fields/template'
import type { Chip, OpenChip } from './types'

class ChipWidget extends WidgetType {
  constructor(readonly label: string, readonly tone: string, readonly title: string) {
    super()
  }
  override eq(other: ChipWidget) {
    return other.label === this.label && other.tone === this.tone && other.title === this.title
  }
  toDOM() {
    const el = document.createElement('span')
    el.className = `chip chip-${this.tone}`
    el.textContent = this.label
    el.title = this.title
    return el
  }
  override ignoreEvent() {
    return false
  }
}

/** holeAt is the hole that a place is in, between its braces. */
export const holeAt = (state: EditorState, at: number): Part | undefined => parts(state.doc.toString()).find((p) => p.hole && at >= p.from + 2 && at <= p.to - 2)

/** openHole puts the caret into a hole, where it is written out as long as the caret stays. */
function openHole(view: EditorView, p: Part) {
  view.dispatch({ selection: { anchor: p.from + 2 + view.state.sliceDoc(p.from + 2, p.to - 2).trimEnd().length } })
  view.focus()
}

/** closeHole puts the caret behind the hole that it is in. */
export function closeHole(view: EditorView): boolean {
  const hole = holeAt(view.state, view.state.selection.main.head)
  if (!hole) return false
  view.dispatch({ selection: { anchor: hole.to } })
  return true
}

/** openBefore opens the hole that ends at the caret. */
export function openBefore(view: EditorView): boolean {
  const { from, to } = view.state.selection.main
  const before = from === to ? parts(view.state.doc.toString()).find((p) => p.hole && p.to === from) : undefined
  if (before) openHole(view, before)
  return before !== undefined
}

/** opened is a chip with what can be done with it. */
function opened(view: EditorView, p: Part, anchor: HTMLElement): OpenChip {
  const back = () => {
    view.dispatch({ selection: { anchor: p.to } })
    view.focus()
  }
  const put = (source: string | null) => {
    const insert = source === null ? '' : hole(source)
    view.dispatch({ changes: { from: p.from, to: p.to, insert }, selection: { anchor: p.from + insert.length }, userEvent: 'input' })
    view.focus()
  }
  const type = (text: string) => {
    view.dispatch({ changes: { from: p.to, insert: text }, selection: { anchor: p.to + text.length }, userEvent: 'input.type' })
    view.focus()
  }
  return { source: p.text, anchor, put, back, type, open: () => openHole(view, p) }
}

/** chipAt is what is drawn in the place of a hole. */
const chipAt = (view: EditorView, p: Part) => [...view.contentDOM.querySelectorAll<HTMLElement>('.chip')].find((el) => view.posAtDOM(el) === p.from)

/**
 * chips shows each hole of a template as one piece. A click on a value, or Alt and the arrow down behind it, asks
 * how it is written. It opens by a double click, by a click where it is more than that, or by F2 behind it, and
 * closes when the caret leaves it.
 */
export function chips(chip: Chip, hint: string, format: (chip: OpenChip | null) => void): Extension {
  const of = (view: EditorView): DecorationSet => {
    const b = new RangeSetBuilder<Decoration>()
    const open = view.hasFocus ? holeAt(view.state, view.state.selection.main.head) : undefined
    for (const p of parts(view.state.doc.toString())) {
      if (!p.hole || p.text === '' || p.from === open?.from) continue
      const { label, tone } = chip(p.text) ?? { label: p.text, tone: 'expression' }
      b.add(p.from, p.to, Decoration.replace({ widget: new ChipWidget(label, tone, `${p.text}\n${hint}`) }))
    }
    return b.finish()
  }
  const clicked = (e: MouseEvent, view: EditorView, twice: boolean) => {
    const el = e.target instanceof Element ? e.target.closest<HTMLElement>('.chip') : null
    const p = el && parts(view.state.doc.toString()).find((x) => x.hole && x.from === view.posAtDOM(el))
    if (!el || !p || e.button !== 0 || e.shiftKey || view.state.readOnly) return false
    e.preventDefault()
    if (twice || el.classList.contains('chip-expression')) {
      format(null)
      openHole(view, p)
    } else {
      opened(view, p, el).back()
      format(opened(view, p, chipAt(view, p) ?? el))
    }
    return true
  }
  const formatBefore = (view: EditorView) => {
    const at = view.state.selection.main.head
    const p = parts(view.state.doc.toString()).find((x) => x.hole && (x.to === at || x.from === at))
    const el = p && chipAt(view, p)
    if (!p || !el || !chip(p.text)) return false
    format({ ...opened(view, p, el), type: undefined })
    return true
  }
  return [
    ViewPlugin.fromClass(
      class {
        decorations: DecorationSet
        constructor(view: EditorView) {
          this.decorations = of(view)
        }
        update(u: ViewUpdate) {
          if (u.docChanged || u.selectionSet || u.focusChanged) this.decorations = of(u.view)
        }
      },
      { decorations: (p) => p.decorations, provide: (plugin) => EditorView.atomicRanges.of((view) => view.plugin(plugin)?.decorations ?? Decoration.none) },
    ),
    EditorView.domEventHandlers({ mousedown: (e, v) => clicked(e, v, e.detail > 1), dblclick: (e, v) => clicked(e, v, true) }),
    keymap.of([{ key: 'Escape', run: closeHole, stopPropagation: true }, { key: 'F2', run: openBefore }, { key: 'Alt-ArrowDown', run: formatBefore }]),
  ]
}
