import { Suspense, useEffect, useRef, useSyncExternalStore } from 'react'
import { leave } from '../api/leaving'
import { soon } from './soon'

export type Message = { id: number; text: string; tone: 'ok' | 'fail'; undo?: () => void; end: () => unknown; about?: string }

let messages: Message[] = []
let counter = 0
const listeners = new Set<() => void>()

function set(next: Message[]) {
  messages = next
  for (const f of listeners) f()
}

const most = 3

/** add shows a message until its time is over, it is closed, the page goes, or newer ones take its place: then act is done. */
function add(text: string, tone: Message['tone'], ms: number, act?: () => unknown, undone?: () => void, about?: string) {
  const id = ++counter
  const close = (then?: () => unknown) => {
    if (!messages.some((m) => m.id === id)) return
    clearTimeout(timer)
    removeEventListener('pagehide', end)
    set(messages.filter((m) => m.id !== id))
    return then?.()
  }
  const end = () => close(act)
  const timer = setTimeout(end, ms)
  addEventListener('pagehide', end)
  messages.find((m) => (about ? m.about === about : !undone && !m.undo && m.text === text))?.end() // the same twice says no more
  set([...messages, { id, about, text, tone, end, undo: undone && (() => close(undone)) }])
  if (messages.length > most) messages[0]?.end()
}

/** toast tells what was done, for a few seconds, or until something newer is told of the same. */
export const toast = (text: string, tone: Message['tone'] = 'ok', about?: string) => add(text, tone, tone === 'ok' ? 4_000 : 8_000, undefined, undefined, about)

/**
 * later does something after ten seconds unless it is undone, and at once when the page goes or newer
 * messages take its place. So nothing need be asked before it. Until it is done, what it takes away is leaving.
 */
export function later(text: string, act: () => unknown, undone: () => void, takes = '') {
  const stay = leave(takes)
  add(text, 'ok', 10_000, async () => {
    await act()
    stay()
  }, () => {
    stay()
    undone()
  })
}

/** atOnce does what still waits for an undo, and waits until it is done. */
export const atOnce = () => Promise.all(messages.map((m) => m.end()))

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
