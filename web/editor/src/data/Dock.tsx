import { useEffect, useRef, useState } from 'react'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { remember } from '../ui/remember'
import { useMedia } from '../ui/useMedia'
import { useDesk } from './desk'
import { Picker } from './Picker'
import { useWords } from './words'

const isHidden = () => localStorage.getItem('data-dock') === 'hidden'

/** useEscape puts the data away for now when it is seen: it is what is innermost of the panel. */
function useEscape(box: React.RefObject<HTMLElement | null>, away: () => void, on: boolean) {
  useEffect(() => {
    if (!on) return
    const key = (e: KeyboardEvent) => {
      if (e.key !== 'Escape' || e.defaultPrevented || e.isComposing || !document.activeElement?.closest('aside') || !box.current?.checkVisibility()) return
      e.preventDefault()
      away()
    }
    document.addEventListener('keydown', key)
    return () => document.removeEventListener('keydown', key)
  })
}

/** useInSight keeps the field that data goes into in sight, with what is told below it: the data takes room from the panel. */
function useInSight(target: string, when: boolean) {
  const row = useRef<Element>(null)
  useEffect(() => {
    const of = (inside: Element | null) => inside?.closest('aside :is([data-row], [data-field])')
    const own = (row.current = of(document.activeElement) ?? row.current ?? of(document.getElementById(`${target}-label`)) ?? null) // the focus may be in the data by now
    if (!own?.isConnected) return
    const room = own.closest('.overflow-y-auto')?.clientHeight ?? 0
    const watch = new ResizeObserver(() => { if (own.clientHeight < room) own.scrollIntoView({ block: 'nearest' }) })
    watch.observe(own)
    return () => watch.disconnect()
  }, [target, when])
}

/** Dock is the data at the foot of the panel, while a field takes it. */
export function Dock(props: { titleOf: (step: string) => string; outputs: Record<string, unknown> }) {
  const t = useWords()
  const desk = useDesk()
  const row = useMedia('(min-width: 900px)') ? 30 : 40
  const typed = useMedia('(pointer: fine)') // else a keyboard would cover what is to be seen
  const box = useRef<HTMLDivElement>(null)
  const [hidden, setHidden] = useState(isHidden)
  const hide = (to: boolean) => {
    setHidden(to)
    remember('data-dock', to ? 'hidden' : 'shown')
  }
  useEffect(() => {
    if (desk.picking) setHidden(false)
  }, [desk.picking])
  useEffect(() => setHidden(isHidden()), [desk.target?.id])
  useEscape(box, () => setHidden(true), !hidden)
  useInSight(desk.target?.id ?? '', hidden)
  return (
    <div ref={box} className={`mx-3 mb-3 flex shrink-0 [aside:has([data-field=connection]_form)_&]:hidden flex-col overflow-hidden rounded-xl border border-line bg-surface shadow-[0_1px_2px_rgb(0_0_0/0.04)] ${hidden ? '' : 'h-[44%] min-h-52'}`}>
      <button type="button" aria-expanded={!hidden} onClick={() => hide(!hidden)} className="flex items-center justify-between bg-sunken px-3 pt-1.5 pb-0.5 text-xs font-medium text-text-2 hover:text-text">
        {t.dataOf}{hidden ? <ChevronUp size={15} aria-label={t.undock} /> : <ChevronDown size={15} aria-label={t.dock} />}
      </button>
      {!hidden && <Picker {...props} row={row} searching={typed && desk.picking === 'keys'} done={() => desk.pick(false)} />}
    </div>
  )
}
