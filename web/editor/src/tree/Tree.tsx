import { useDeferredValue, useEffect, useMemo, useRef } from 'react'
import type { Flow } from '../flow'
import { DeskContext, type Desk } from './desk'
import { Gliding } from './Gliding'
import { moveAt, rowsOf } from './rows'
import { Steps } from './Steps'
import { fold } from './store'
import { useWords } from './words'

type TreeProps = { flow: Flow; desk: Desk; trigger: React.ReactNode; drawn?: () => void }

/** firstCards are more than a screen holds: they are there at once, all others right after them. */
const firstCards = 30

/** Tree is the flow as a list of cards on a thread: one reading order for eye, keys and ear, and one tab stop. */
export function Tree({ flow, desk, trigger, drawn }: TreeProps) {
  const t = useWords()
  const box = useRef<HTMLDivElement>(null)
  const { store } = desk
  const most = useDeferredValue(Infinity, firstCards)
  useEffect(() => {
    if (most === Infinity) drawn?.()
  }, [most, drawn])
  const order = useMemo(() => rowsOf(flow, new Set()).map((r) => `${r.parent}>${r.key}`).join(), [flow])
  const keys = (e: React.KeyboardEvent) => {
    if (e.altKey || e.ctrlKey || e.metaKey || e.shiftKey || !(e.target instanceof HTMLElement) || !e.target.matches('[data-row]')) return
    const state = store.get()
    const row = e.target.dataset.row ?? ''
    if (e.key === 'Enter' || e.key === ' ') {
      e.preventDefault()
      return desk.open(row)
    }
    const move = moveAt(rowsOf(flow, state.folded), row, e.key, state.folded)
    if (!move) return
    e.preventDefault()
    if (move.fold !== undefined) fold(store, row, move.fold)
    if (move.to) focusRow(move.to)
  }
  return (
    <DeskContext value={desk}>
      <div className="@container">
      <div ref={box} role="tree" aria-label={t.steps} onKeyDown={keys} className="mx-auto w-full max-w-[680px]">
        {trigger}
        <Gliding box={box} order={order}><Steps steps={flow.steps} place={null} level={1} size={flow.steps.length + 1} before={1} small={false} numbered most={most} /></Gliding>
      </div>
      </div>
    </DeskContext>
  )
}

/** focusRow moves the focus to a row, once it is drawn. */
export function focusRow(key: string) {
  const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`)
  row?.focus({ preventScroll: true })
  const card = row?.closest('[data-card]') ?? row
  card?.scrollIntoView({ block: 'nearest' })
}
