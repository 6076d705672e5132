import { useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import { SquareTerminal } from 'lucide-react'
import { type Curl, isCurl, readCurl } from '../api/curl'
import { Button } from '../ui/basics'
import { inputLook } from '../ui/Input'
import { useWords } from './panelWords'

/** CurlPaste fills the fields of a request from a curl command, as documentation of APIs gives it. */
export function CurlPaste({ put }: { put: (read: Curl) => void }) {
  const t = useWords()
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const read = useMutation({
    mutationFn: readCurl,
    onSuccess: (found) => {
      if (!found) return
      put(found)
      setOpen(false)
      setText('')
    },
  })
  const bad = read.data === null || read.error !== null
  if (!open) return <Button look="quiet" size="small" className="-ml-2.5" onClick={() => setOpen(true)}><SquareTerminal size={15} strokeWidth={1.75} aria-hidden />{t.pasteCurl}</Button>
  return (
    <div className="rounded-xl border border-line p-3">
      <label className="block">
        <span className="mb-1 block font-medium">{t.pasteCurl}</span>
        <textarea autoFocus rows={4} spellCheck={false} aria-invalid={bad || undefined} className={`${inputLook} code text-meta`} placeholder="curl -X POST https://api.example.com/orders -H 'Content-Type: application/json' -d '{}'" value={text}
          onChange={(e) => { setText(e.target.value); read.reset() }} onPaste={(e) => { const pasted = e.clipboardData.getData('text'); if (text === '' && isCurl(pasted)) read.mutate(pasted) }} />
      </label>
      <p className={`mt-1 text-meta ${bad ? 'text-fail' : 'text-text-3'}`} role={bad ? 'alert' : undefined}>{read.error?.message ?? (bad ? t.pasteCurlBad : t.pasteCurlHelp)}</p>
      <div className="mt-2 flex gap-2"><Button look="primary" size="small" disabled={text.trim() === ''} busy={read.isPending} onClick={() => read.mutate(text)}>{t.pasteCurlUse}</Button><Button look="quiet" size="small" onClick={() => setOpen(false)}>{t.cancel}</Button></div>
    </div>
  )
}
