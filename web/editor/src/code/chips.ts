import { type EditorState, type Extension, RangeSetBuilder } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, keymap, ViewPlugin, type ViewUpdate, WidgetType } from '@codemirror/view'
import { isPath, type Part, parts } from '../fields/template'
import type { Chip } from './types'

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

/**
 * chips shows each hole of a template as one piece. It opens by a double click, by a click where it is
 * more than a name, or by F2 behind it, and closes when the caret leaves it.
 */
export function chips(chip: Chip, hint: string): Extension {
  const of = (view: EditorView): DecorationSet => {
    const b = new RangeSetBuilder<Decoration>()
    const open = view.hasFocus ? holeAt(view.state, view.state.selection.main.head) : undefined
    for (const p of parts(view.state.doc.toString())) {
      if (!p.hole || p.text === '' || p.from === open?.from) continue
      const { label, tone } = isPath(p.text) ? chip(p.text) : { label: p.text, tone: 'expression' }
      b.add(p.from, p.to, Decoration.replace({ widget: new ChipWidget(label, tone, `${p.text}\n${hint}`) }))
    }
    return b.finish()
  }
  const clicked = (e: MouseEvent, view: EditorView, twice: boolean) => {
    const el = e.target instanceof Element ? e.target.closest('.chip') : null
    if (!el || (!twice && !el.classList.contains('chip-expression'))) return false
    const at = view.posAtDOM(el)
    const hole = parts(view.state.doc.toString()).find((p) => p.hole && p.from === at)
    if (!hole) return false
    e.preventDefault()
    openHole(view, hole)
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
    keymap.of([{ key: 'Escape', run: closeHole, stopPropagation: true }, { key: 'F2', run: openBefore }]),
  ]
}
