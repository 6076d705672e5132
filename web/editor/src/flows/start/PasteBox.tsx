import { type DragEvent, useRef, useState } from 'react'
import { FileUp } from 'lucide-react'
import { Button } from '../../ui/Button'
import { inputLook } from '../../ui/Input'
import { fill } from '../../words/phrase'
import { useWords } from './words'
import { type Bundle, type Place, read } from './read'

/** PasteBox takes text that is pasted, a file that is dropped, or one that is chosen. */
export function PasteBox({ text, setText, found }: { text: string; setText: (text: string) => void; found: (bundle: Bundle) => void }) {
  const t = useWords()
  const file = useRef<HTMLInputElement>(null)
  const [fault, setFault] = useState<'notRead' | 'noneIn' | Place | null>(null)
  const take = async (what: string) => {
    const result = await read(what, t.pastedSteps)
    setFault('fault' in result ? result.fault : null)
    if ('bundle' in result) found(result.bundle)
  }
  const open = async (f: File | undefined) => {
    if (!f) return
    const what = await f.text()
    setText(what.slice(0, 20_000))
    await take(what)
  }
  const drop = (e: DragEvent) => {
    e.preventDefault()
    void open(e.dataTransfer.files[0])
  }
  return (
    <div onDrop={drop} onDragOver={(e) => e.preventDefault()}>
      <textarea aria-label={t.pasteBox} aria-invalid={fault !== null} rows={3} spellCheck={false} placeholder={'{ "gancho": 1, "flows": […] }\ncurl -X POST https://api.example.com/orders -d …'} className={`${inputLook} code text-meta`} value={text}
        onChange={(e) => { setText(e.target.value); setFault(null) }} onPaste={(e) => { const pasted = e.clipboardData.getData('text'); if (!text.trim() && pasted) { setText(pasted); e.preventDefault(); void take(pasted) } }} />
      {fault && <p role="alert" className="mt-1 text-fail">{typeof fault === 'string' ? t[fault] : fill(t.brokenAt, fault)}</p>}
      <div className="mt-2 flex flex-wrap gap-2">
        <Button disabled={!text.trim()} onClick={() => void take(text)}>{t.readIt}</Button>
        <Button look="quiet" onClick={() => file.current?.click()}><FileUp size={16} aria-hidden />{t.chooseFile}</Button>
        <input ref={file} type="file" accept=".json,application/json,text/plain" className="hidden" tabIndex={-1} aria-label={t.chooseFile} onChange={(e) => void open(e.target.files?.[0])} />
      </div>
    </div>
  )
}
