import { CircleCheck, TriangleAlert, X } from 'lucide-react'
import { useWords } from '../words'
import { Button, IconButton } from './Button'
import type { Message } from './Toast'

/** ToastLine draws one message. */
export function ToastLine({ message: m }: { message: Message }) {
  const t = useWords()
  const Icon = m.tone === 'ok' ? CircleCheck : TriangleAlert
  return (
    <div className="pointer-events-auto flex max-w-full animate-rise items-center gap-3 rounded-xl border border-line bg-surface py-2 pr-2 pl-4 shadow-float">
      <Icon size={17} aria-hidden className={m.tone === 'ok' ? 'shrink-0 text-ok' : 'shrink-0 text-fail'} />
      <span className="min-w-0 break-words">{m.text}</span>
      {m.undo && <Button size="small" className="text-accent" onClick={m.undo}>{t.undo}</Button>}
      <IconButton label={t.close} size="small" onClick={m.end}><X size={15} aria-hidden /></IconButton>
    </div>
  )
}
