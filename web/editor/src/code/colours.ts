import { type Extension, RangeSetBuilder } from '@codemirror/state'
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import { brackets, tokens } from './tokens'
import type { Mode } from './types'

const marks: Record<string, Decoration> = Object.fromEntries(['text', 'number', 'word', 'name', 'sign', 'brace'].map((k) => [k, Decoration.mark({ class: `code-${k}` })]))
const matched = Decoration.mark({ class: 'cm-matchingBracket' })

/** colours paints what is in sight, and the pair of brackets at the caret. */
export function colours(mode: Mode): Extension {
  if (mode === 'text') return []
  const of = (view: EditorView): DecorationSet => {
    const b = new RangeSetBuilder<Decoration>()
    const { from, to } = view.viewport
    for (const t of tokens(view.state.sliceDoc(0, to), mode)) {
      const mark = marks[t.kind]
      if (mark && t.to > from) b.add(t.from, t.to, mark)
    }
    return b.finish()
  }
  const pair = (view: EditorView): DecorationSet => {
    const found = view.hasFocus ? brackets(view.state.doc.toString(), view.state.selection.main.head) : null
    return found ? Decoration.set(found.map((at) => matched.range(at, at + 1))) : Decoration.none
  }
  const painter = (draw: (view: EditorView) => DecorationSet, again: (u: ViewUpdate) => boolean) => ViewPlugin.fromClass(class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = draw(view)
    }
    update(u: ViewUpdate) {
      if (again(u)) this.decorations = draw(u.view)
    }
  }, { decorations: (p) => p.decorations })
  return [painter(of, (u) => u.docChanged || u.viewportChanged), painter(pair, (u) => u.docChanged || u.selectionSet || u.focusChanged)]
}
