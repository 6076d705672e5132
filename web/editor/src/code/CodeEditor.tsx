import { useEffect, useImperativeHandle, useRef } from 'react'
import { completionStatus } from '@codemirror/autocomplete'
import { Compartment, EditorState, type Extension, type StateEffect } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { chips, holeAt } from './chips'
import type { CodeProps } from './types'
import { colours } from './colours'
import { attributes, basics, completions, faults, looks, oneLine, pickKeys } from './setup'

/** isWord says that a hole holds no more than the begin of a name, which what is picked replaces. */
const isWord = (text: string) => /^[\w.]*$/.test(text)

const chipsOf = ({ current: p }: { current: CodeProps }): Extension => (p.chip ? chips(p.chip, p.chipHint ?? '', (chip) => p.format?.(chip)) : [])

/** CodeEditor is one field of code, template or JSON. It is loaded when the editor is. */
export function CodeEditor(props: CodeProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const now = useRef(props)
  now.current = props
  const slashed = useRef(-1)
  const parts = useRef({ look: new Compartment(), attributes: new Compartment(), colours: new Compartment(), faults: new Compartment(), chips: new Compartment() }).current

  useEffect(() => {
    const { mode, lines } = now.current
    const extensions: Extension[] = [
      basics(),
      parts.colours.of(colours(mode)),
      lines === 'one' ? oneLine : EditorView.lineWrapping,
      completions(() => now.current),
      pickKeys(() => now.current, (at) => (slashed.current = at)),
      EditorView.clipboardInputFilter.of((text, state) => now.current.landing?.(text, state.doc.toString()) ?? text), // what is dropped, too
      parts.attributes.of(attributes(now.current)),
      parts.look.of(looks(now.current)),
      parts.faults.of(faults(now.current.problems)),
      parts.chips.of(chipsOf(now)),
      EditorView.updateListener.of((u) => {
        if (u.docChanged && !u.transactions.some((t) => t.isUserEvent('gancho.outside'))) now.current.change(u.state.doc.toString())
        host.current?.toggleAttribute('data-listing', u.view.hasFocus && completionStatus(u.state) !== null)
        if (u.focusChanged) (u.view.hasFocus ? now.current.focus : now.current.blur)?.()
      }),
    ]
    const made = new EditorView({ parent: host.current ?? undefined, state: EditorState.create({ doc: now.current.value, extensions }) })
    view.current = made
    if (now.current.autoFocus) {
      made.focus()
      made.dispatch({ selection: { anchor: made.state.doc.length } })
    }
    return () => made.destroy()
  }, [parts])

  useEffect(() => {
    const v = view.current
    if (!v || v.state.doc.toString() === props.value) return
    const behind = v.state.doc.length - v.state.selection.main.head // the caret stays as far from the end
    v.dispatch({ changes: { from: 0, to: v.state.doc.length, insert: props.value }, selection: { anchor: Math.max(0, props.value.length - behind) }, userEvent: 'gancho.outside' })
  }, [props.value])
  useAgain(view, () => parts.faults.reconfigure(faults(props.problems)), [props.problems])
  useAgain(view, () => parts.chips.reconfigure(chipsOf(now)), [props.chip, props.chipHint])
  useAgain(view, () => parts.attributes.reconfigure(attributes(now.current)), [props.labelledBy, props.describedBy, props.invalid, props.mode])
  useAgain(view, () => parts.colours.reconfigure(colours(now.current.mode)), [props.mode])
  useAgain(view, () => parts.look.reconfigure(looks(now.current)), [props.placeholder])

  useImperativeHandle(props.ref, () => ({
    focus: () => view.current?.focus(),
    insert(data, whole = false) {
      const v = view.current
      if (!v) return
      const { from, to } = whole ? { from: 0, to: v.state.doc.length } : v.state.selection.main
      const text = now.current.landing?.(data, v.state.sliceDoc(0, from)) ?? data
      const hole = !whole && text.startsWith('{{') ? holeAt(v.state, from) : undefined
      const plain = hole && !isWord(hole.text) ? text.replace(/^\{\{\s*|\s*\}\}$/g, '') : text // into what is written in a hole goes the name alone
      const start = hole && isWord(hole.text) ? hole.from : slashed.current === from && v.state.sliceDoc(from - 1, from) === '/' ? from - 1 : from
      const end = hole && isWord(hole.text) ? hole.to : to
      slashed.current = -1
      v.dispatch({ changes: { from: start, to: end, insert: plain }, selection: { anchor: start + (plain.includes('()') ? plain.lastIndexOf('()') + 1 : plain.length) }, scrollIntoView: true })
      v.focus()
    },
    caret: () => view.current?.state.selection.main.head ?? 0,
  }))

  return <div ref={host} className={`code-field ${props.invalid ? 'code-invalid' : ''} ${props.lines === 'one' ? '' : 'code-tall'}`} />
}

/** useAgain sets a part of an editor anew when what it is made of changes; what it begins with is there already. */
function useAgain(view: React.RefObject<EditorView | undefined>, effect: () => StateEffect<unknown>, made: unknown[]) {
  const begun = useRef(false)
  useEffect(() => {
    if (begun.current) view.current?.dispatch({ effects: effect() })
    begun.current = true
  }, made)
}
