import { type Extension, RangeSetBuilder } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from '@codemirror/view'
import { isPath, parts } from '../fields/template'
import type { Chip } from './types'

class ChipWidget extends WidgetType {
  constructor(readonly label: string, readonly tone: string, readonly source: string) {
    super()
  }
  override eq(other: ChipWidget) {
    return other.label === this.label && other.tone === this.tone && other.source === this.source
  }
  toDOM() {
    const el = document.createElement('span')
    el.className = `chip chip-${this.tone}`
    el.textContent = this.label
    el.title = this.source
    return el
  }
}

/** chips shows each hole of a template as one piece that can be deleted, but not typed into. */
export function chips(chip: Chip): Extension {
  const of = (view: EditorView): DecorationSet => {
    const b = new RangeSetBuilder<Decoration>()
    for (const p of parts(view.state.doc.toString())) {
      if (!p.hole || p.text === '') continue
      const { label, tone } = isPath(p.text) ? chip(p.text) : { label: p.text, tone: 'expression' }
      b.add(p.from, p.to, Decoration.replace({ widget: new ChipWidget(label, tone, p.text) }))
    }
    return b.finish()
  }
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet
      constructor(view: EditorView) {
        this.decorations = of(view)
      }
      update(u: ViewUpdate) {
        if (u.docChanged) this.decorations = of(u.view)
      }
    },
    { decorations: (p) => p.decorations, provide: (plugin) => EditorView.atomicRanges.of((view) => view.plugin(plugin)?.decorations ?? Decoration.none) },
  )
}
