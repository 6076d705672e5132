import { useEffect, useRef } from 'react'
import { X } from 'lucide-react'
import { IconButton } from '../ui/basics'
import { useDesk } from './desk'
import { useWords } from './words'

/** Sheet is over the panel on a phone, and closes when something was chosen. */
export function Sheet({ children }: { children: React.ReactNode }) {
  const t = useWords()
  const desk = useDesk()
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    box.current?.showModal()
    document.getElementById(`${desk.target?.id ?? ''}-label`)?.closest('[data-field]')?.scrollIntoView({ block: 'start' })
  }, [])
  return (
    <dialog ref={box} aria-label={t.dataOf} onClose={() => desk.pick(false)} className="m-0 mt-auto h-[62dvh] max-h-none w-full max-w-none flex-col rounded-t-2xl bg-surface text-text open:flex backdrop:bg-text/10">
      <div className="flex items-center justify-between py-2 pr-2 pl-4">
        <h3 className="font-semibold">{t.dataOf}</h3>
        <IconButton label={t.close} onClick={() => desk.pick(false)}><X size={18} aria-hidden /></IconButton>
      </div>
      {children}
    </dialog>
  )
}
