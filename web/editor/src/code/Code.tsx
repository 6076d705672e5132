import { type FunctionComponent, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { fetchSoon } from '../ui/soon'
import type { CodeProps } from './types'

let loaded: FunctionComponent<CodeProps> | undefined

export const loadCode = () => import('./CodeEditor').then((m) => (loaded = m.CodeEditor))
fetchSoon(loadCode)

/** Code is a plain field of the same size until the code editor has come. */
export function Code(props: CodeProps) {
  const [Editor, setEditor] = useState<FunctionComponent<CodeProps> | undefined>(() => loaded)
  const plain = useRef<HTMLDivElement>(null)
  const focused = useRef(false)
  useEffect(() => {
    if (Editor) return
    let here = true
    void loadCode().then((e) => {
      focused.current = plain.current?.contains(document.activeElement) ?? false
      if (here) setEditor(() => e)
    }, () => undefined)
    return () => { here = false }
  }, [Editor])
  if (Editor) return <Editor {...props} autoFocus={props.autoFocus || focused.current} />
  return <div ref={plain}><Plain {...props} /></div>
}

function Plain({ ref, value, change, lines, labelledBy, describedBy, placeholder, invalid, autoFocus, focus, blur }: CodeProps) {
  const field = useRef<HTMLTextAreaElement>(null)
  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus(),
    insert: (text, whole = false) => { if (whole) field.current?.select(); field.current?.setRangeText(text) },
    caret: () => field.current?.selectionStart ?? 0,
  }))
  return (
    <textarea ref={field} autoFocus={autoFocus} rows={lines === 'one' ? 1 : 3} className={`code-field block w-full resize-none ${invalid ? 'code-invalid' : ''}`} aria-labelledby={labelledBy} aria-describedby={describedBy} aria-invalid={invalid}
      placeholder={placeholder} value={value} onFocus={focus} onBlur={blur} onChange={(e) => change(e.target.value)} />
  )
}
