import { type CSSProperties, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { X } from 'lucide-react'
import '../fields/fields.css'
import { IconButton } from '../ui/basics'
import { remember } from '../ui/remember'
import { useWords } from './panelWords'

const least = 360
const most = 640
const kept = 'panel-width'

function keptWidth(): number {
  const n = Number(localStorage.getItem(kept))
  return n >= least && n <= most ? n : 420
}

type PanelTab<K extends string> = { id: K; label: string; aside?: ReactNode }

type PanelProps = { title: string; above?: ReactNode; actions?: ReactNode; dock?: ReactNode; close: () => void; footer?: ReactNode; children: ReactNode }

/**
 * Panel is what stands beside the flow: on a wide screen a column that can be drawn wider, on a
 * phone a sheet of full height. Opening moves the focus to its heading, closing moves it back.
 */
export function Panel({ title, above, actions, dock, close, footer, children }: PanelProps) {
  const t = useWords()
  const heading = useRef<HTMLHeadingElement>(null)
  const id = useId()
  const [width, setWidth] = useState(keptWidth)
  const resize = (to: number) => {
    const next = Math.round(Math.min(most, Math.max(least, to)))
    setWidth(next)
    remember(kept, String(next))
  }
  useFocusThere(heading)
  return (
    <aside aria-labelledby={id} style={{ '--panel': `${width}px` } as CSSProperties} className="panel fixed inset-0 z-40 flex max-[899px]:bottom-(--mend,0px) flex-col border-line bg-surface min-[900px]:relative min-[900px]:z-0 min-[900px]:w-[min(var(--panel),calc(100vw-480px))] min-[900px]:shrink-0 min-[900px]:border-l">
      <Edge width={width} resize={resize} />
      <header className="flex items-center gap-2 border-line px-5 pt-4 pb-2 [aside:not(:has([role=tablist]))>&]:border-b [aside:not(:has([role=tablist]))>&]:pb-3">
        <div className="min-w-0 flex-1">
          {above}
          <h2 ref={heading} id={id} tabIndex={-1} className="text-base/6 font-semibold break-words outline-none">{title}</h2>
        </div>
        {actions}
        <IconButton label={t.close} onClick={close} className="-mr-2"><X size={18} strokeWidth={1.75} aria-hidden /></IconButton>
      </header>
      <div className="relative min-h-0 min-w-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain px-5 pb-8 [aside:not(:has([role=tablist]))>&]:pt-3 [aside:has(dialog[open])_&]:pb-[66dvh]">{children}</div>
      {dock}
      {footer && <footer className="border-t border-line bg-surface px-5 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">{footer}</footer>}
    </aside>
  )
}

/** useFocusThere takes the focus while the panel is there, and gives it back to what had it. */
function useFocusThere(heading: React.RefObject<HTMLElement | null>) {
  useEffect(() => {
    const before = document.activeElement
    heading.current?.focus({ preventScroll: true })
    return () => {
      const lost = document.activeElement === document.body || document.activeElement === null || !document.activeElement.isConnected
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [heading])
}

/** Edge is drawn to make the panel wider, by hand or with the arrow keys. */
function Edge({ width, resize }: { width: number; resize: (to: number) => void }) {
  const t = useWords()
  const drag = (e: React.PointerEvent<HTMLDivElement>) => {
    e.currentTarget.setPointerCapture(e.pointerId)
    const from = e.clientX + width
    const move = (m: PointerEvent) => resize(from - m.clientX)
    const edge = e.currentTarget
    edge.addEventListener('pointermove', move)
    edge.addEventListener('pointerup', () => edge.removeEventListener('pointermove', move), { once: true })
  }
  const keys = (e: React.KeyboardEvent) => {
    if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return
    e.preventDefault()
    resize(width + (e.key === 'ArrowLeft' ? 20 : -20))
  }
  return (
    <div role="separator" tabIndex={0} aria-orientation="vertical" aria-label={t.setup} aria-valuenow={width} aria-valuemin={least} aria-valuemax={most} onPointerDown={drag} onKeyDown={keys}
      className="absolute inset-y-0 -left-1 z-20 hidden w-2 cursor-col-resize touch-none hover:bg-accent-soft min-[900px]:block" />
  )
}

type TabsProps<K extends string> = { label: string; tabs: PanelTab<K>[]; tab: K; choose: (tab: K) => void; children: ReactNode }

/** Tabs are moved among with the arrow keys; one of them is in the order of Tab. */
export function Tabs<K extends string>({ label, tabs, tab, choose, children }: TabsProps<K>) {
  const id = useId()
  const row = useRef<HTMLDivElement>(null)
  const keys = (e: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key]
    const at = tabs.findIndex((x) => x.id === tab)
    const to = e.key === 'Home' ? 0 : e.key === 'End' ? tabs.length - 1 : by === undefined ? -1 : (at + by + tabs.length) % tabs.length
    const next = tabs[to]
    if (!next) return
    e.preventDefault()
    choose(next.id)
    row.current?.querySelectorAll<HTMLElement>('[role=tab]')[to]?.focus()
  }
  return (
    <>
      <div ref={row} role="tablist" aria-label={label} onKeyDown={keys} className="sticky top-0 z-10 -mx-5 mb-4 flex gap-4 overflow-x-auto border-b border-line bg-surface px-5 [scrollbar-width:none]">
        {tabs.map((x) => (
          <button key={x.id} type="button" role="tab" id={`${id}-${x.id}`} aria-controls={`${id}-panel`} aria-selected={x.id === tab} tabIndex={x.id === tab ? 0 : -1} onClick={() => choose(x.id)}
            className={`-mb-px flex items-center gap-1.5 border-b-2 py-2 whitespace-nowrap ${x.id === tab ? 'border-accent font-medium' : 'border-transparent text-text-2 hover:text-text'}`}>
            {x.label}{x.aside}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>{children}</div>
    </>
  )
}
