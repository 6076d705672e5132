import { type ReactNode, useEffect, useId, useRef } from 'react'
import { X } from 'lucide-react'
import { useWords } from '../words'
import { IconButton } from './Button'

type DialogProps = { title: string; close: () => void; help?: ReactNode; footer?: ReactNode; children?: ReactNode; size?: 'small' | 'normal' | 'wide'; tall?: boolean; sheet?: boolean }

const widths = { small: 'max-w-md', normal: 'max-w-xl', wide: 'max-w-4xl' }

/** Dialog stands before the page and holds the focus until it is closed. As a sheet it comes from the side; a tall one keeps its height, whatever a search in it finds. */
export function Dialog({ title, close, help, footer, children, size = 'normal', tall = false, sheet = false }: DialogProps) {
  const t = useWords()
  const box = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = box.current
    const before = document.activeElement
    if (dialog && !dialog.open) dialog.showModal()
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  const shape = sheet
    ? 'inset-y-0 right-0 left-auto h-dvh max-h-none w-full max-w-xl animate-slide sm:rounded-l-2xl'
    : `inset-x-0 bottom-0 top-auto w-full animate-rise rounded-t-2xl sm:inset-0 sm:m-auto sm:max-h-[85dvh] sm:rounded-2xl ${tall ? 'h-dvh' : 'sm:h-fit'} ${widths[size]}`
  return (
    <dialog ref={box} aria-labelledby={id} onCancel={(e) => { e.preventDefault(); close() }} onClick={(e) => { if (e.target === box.current) close() }}
      className={`fixed m-0 max-h-[92dvh] overflow-hidden bg-surface p-0 text-text shadow-float backdrop:bg-veil ${shape}`}>
      <div className={`flex flex-col ${sheet || tall ? 'h-full' : 'max-h-[inherit]'}`}>
        <header className="flex items-start gap-3 px-5 pt-4 pb-1">
          <div className="min-w-0 flex-1">
            <h2 id={id} tabIndex={-1} className="text-title font-semibold outline-none">{title}</h2>
            {help && <p className="mt-0.5 text-text-2">{help}</p>}
          </div>
          <IconButton label={t.close} size="small" className="-my-1" onClick={close}><X size={17} aria-hidden /></IconButton>
        </header>
        {children && <div className="min-h-0 flex-1 overflow-y-auto px-5 py-3">{children}</div>}
        {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</footer>}
      </div>
    </dialog>
  )
}

/** Sheet is a Dialog that comes from the side. */
export function Sheet(props: Omit<DialogProps, 'sheet' | 'size'>) {
  return <Dialog {...props} sheet />
}
