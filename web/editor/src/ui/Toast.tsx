import { Suspense, useEffect, useRef, useSyncExternalStore } from 'react'
import { soon } from './soon'

export type Message = { id: number; text: string; tone: 'ok' | 'fail'; undo?: () => void; end: () => void; ms: number }

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

const ToastLine = soon(() => import('./ToastLine').then((m) => m.ToastLine))

/** Toasts draws them; the app has one. Each new one is brought above the dialogs that stand open. */
export function Toasts() {
  const list = useSyncExternalStore(subscribe, () => messages)
  const box = useRef<HTMLDivElement>(null)
  const newest = list.at(-1)?.id
  useEffect(() => {
    const element = box.current
    if (element?.matches(':popover-open')) element.hidePopover()
    if (newest !== undefined) element?.showPopover()
  }, [newest])
  return (
    <div ref={box} popover="manual" role="status" aria-live="polite" className={`${list.length > 0 ? 'flex' : 'hidden'} pointer-events-none fixed inset-x-0 top-auto bottom-4 m-0 w-auto flex-col items-center gap-2 overflow-visible bg-transparent px-4 text-text max-sm:bottom-16`}>
      <Suspense fallback={null}>{list.map((m) => <ToastLine key={m.id} message={m} />)}</Suspense>
    </div>
  )
}
