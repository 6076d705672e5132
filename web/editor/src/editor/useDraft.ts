import { useEffect, useRef, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { api, Refused, type Schemas, take } from '../api/client'
import type { Flow } from '../flow'

export type Saving = 'saved' | 'saving' | 'failed' | 'stale'

/**
 * useDraft keeps the draft that a person edits, and saves it a moment after each change. The
 * server keeps the drafts before it, so that undo survives a reload. Somebody else's change
 * is never overwritten.
 */
export function useDraft(loaded: Schemas['FlowView']) {
  const queries = useQueryClient()
  const [view, setView] = useState(loaded)
  const [flow, setFlow] = useState(loaded.flow as Flow)
  const [saving, setSaving] = useState<Saving>('saved')
  const rev = useRef(loaded.draft_rev)
  const pending = useRef<Flow | null>(null)
  const busy = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const id = loaded.flow ? (loaded.flow as Flow).id : ''

  const settle = (next: Schemas['FlowView']) => {
    rev.current = next.draft_rev
    setView(next)
    queries.setQueryData(['flow', id], next)
    void queries.invalidateQueries({ queryKey: ['flows'] })
  }

  const save = async (): Promise<void> => {
    const next = pending.current
    if (!next || busy.current) return
    pending.current = null
    busy.current = true
    try {
      settle(await take(api.PUT('/flows/{id}', { params: { path: { id }, header: { 'If-Match': String(rev.current) } }, body: next })))
      setSaving('saved')
    } catch (error) {
      const lost = error instanceof Refused && error.status === 412
      setSaving(lost ? 'stale' : 'failed')
      if (!lost) pending.current ??= next
    } finally {
      busy.current = false
    }
    if (pending.current) timer.current = setTimeout(() => void save(), 500)
  }

  const edit = (next: Flow) => {
    setFlow(next)
    pending.current = next
    setSaving('saving')
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void save(), 500)
  }

  const step = async (way: 'undo' | 'redo') => {
    clearTimeout(timer.current)
    await save()
    const next = await take(api.POST(way === 'undo' ? '/flows/{id}/undo' : '/flows/{id}/redo', { params: { path: { id } } }))
    settle(next)
    setFlow(next.flow as Flow)
  }

  useEffect(() => {
    const warn = (e: BeforeUnloadEvent) => {
      if (pending.current || busy.current) e.preventDefault()
    }
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [])

  return { view, flow, saving, edit, step, settle, save }
}
