import { useEffect, useRef, useSyncExternalStore } from 'react'
import { CircleCheck, TriangleAlert, X } from 'lucide-react'
import { useWords } from '../words'
import { Button, IconButton } from './Button'

type Message = { id: number; text: string; tone: 'ok' | 'fail'; undo?: () => void; end: () => void; ms: number }

let messages: Message[] = []
let counter = 0
const listeners = new Set<() => void>()

function set(next: Message[]) {
  messages = next
  for (const f of listeners) f()
}

const drop = (id: number) => set(messages.filter((m) => m.id !== id))

/** toast tells what was done, for a few seconds. */
export function toast(text: string, tone: 'ok' | 'fail' = 'ok') {
  const id = ++counter
  set([...messages.slice(-2), { id, text, tone, end: () => drop(id), ms: tone === 'ok' ? 4_000 : 8_000 }])
}

const undoFor = 10_000

/**
 * later does something after ten seconds unless it is undone, and at once when the page goes. So
 * nothing need be asked before it.
 */
export function later(text: string, act: () => unknown, undone: () => void) {
  const id = ++counter
  let open = true
  const end = () => {
    if (!open) return
    open = false
    removeEventListener('pagehide', end)
    drop(id)
    act()
  }
  const undo = () => {
    open = false
    removeEventListener('pagehide', end)
    drop(id)
    undone()
  }
  addEventListener('pagehide', end)
  set([...messages.slice(-2), { id, text, tone: 'ok', undo, end, ms: undoFor }])
}

function subscribe(f: () => void) {
  listeners.add(f)
  return () => listeners.delete(f)
}

/** Toasts draws them; the app has one. */
export function Toasts() {
  const list = useSyncExternalStore(subscribe, () => messages)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (box.current?.matches(':popover-open')) box.current.hidePopover()
    if (list.length > 0) box.current?.showPopover() // again, so that it stands before a dialog that opened since
  }, [list])
  return (
    <div ref={box} popover="manual" role="status" aria-live="polite" className="pointer-events-none fixed inset-x-0 top-auto bottom-4 m-0 w-full flex-col items-center gap-2 overflow-visible border-0 bg-transparent p-0 px-4 text-text open:flex">
      {list.map((m) => <Line key={m.id} message={m} />)}
    </div>
  )
}

function Line({ message: m }: { message: Message }) {
  const t = useWords()
  useEffect(() => {
    const timer = setTimeout(m.end, m.ms)
    return () => clearTimeout(timer)
  }, [m])
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
