import { useLayoutEffect, useMemo, useRef } from 'react'
import type { Flow } from '../flow'
import { DeskContext, type Desk } from './desk'
import { playRows, takeRows } from './glide'
import { moveAt, rowsOf } from './rows'
import { Steps } from './Steps'
import { fold } from './store'
import { useWords } from './words'

type TreeProps = { flow: Flow; desk: Desk; trigger: React.ReactNode }

/** Tree is the flow as a list of cards on a thread: one reading order for eye, keys and ear, and one tab stop. */
export function Tree({ flow, desk, trigger }: TreeProps) {
  const t = useWords()
  const box = useRef<HTMLDivElement>(null)
  const { store } = desk
  useGlide(box, flow)
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
      <div ref={box} role="tree" aria-label={t.steps} onKeyDown={keys} className="mx-auto w-full max-w-[680px]">
        {trigger}
        <Steps steps={flow.steps} place={null} level={1} size={flow.steps.length + 1} before={1} small={false} numbered />
      </div>
    </DeskContext>
  )
}

/** focusRow moves the focus to a row, once it is drawn. */
export function focusRow(key: string) {
  const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`)
  row?.focus({ preventScroll: true })
  row?.scrollIntoView({ block: 'nearest' })
}

/** useGlide lets steps that changed their place slide to the new one. */
function useGlide(box: React.RefObject<HTMLElement | null>, flow: Flow) {
  const order = useMemo(() => rowsOf(flow, new Set()).map((r) => `${r.parent}>${r.key}`).join(), [flow])
  const before = useRef<{ order: string; rows: ReturnType<typeof takeRows> } | null>(null)
  useLayoutEffect(() => {
    if (!box.current) return
    const last = before.current
    if (last && last.order !== order) playRows(box.current, last.rows)
    before.current = { order, rows: takeRows(box.current) }
  }, [box, order])
}
