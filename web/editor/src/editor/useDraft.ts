import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { api, isGone, Refused, type Schemas, take } from '../api/client'
import { useSession } from '../api/hooks'
import { type Flow, documentOf, walk } from '../flow'
import { Draft, type Trouble } from './draft'
import { following, rowsOf } from './keptRows'
import { unsaid } from './problems'
import { useWords } from './words'

const troubleOf = (error: unknown): Trouble =>
  error instanceof Refused ? { status: error.status, code: error.problem.code, detail: [error.message, ...(error.problem.problems ?? []).map((p) => `${p.path} ${p.message}`)].join(' · '), current: error.problem.current } : { status: 0 }

/** useDraft keeps the draft of a flow for as long as the editor is open. */
export function useDraft(loaded: Schemas['FlowView']) {
  const queries = useQueryClient()
  const owner = useSession().data?.name ?? ''
  const [draft] = useState(() => {
    rowsOf(owner)
    const id = documentOf(loaded).id
    const path = { id }
    const own = new Draft(loaded, {
      put: async (flow, rev) => {
        if (queries.getQueryData<Schemas['SessionView']>(['session'])?.name !== owner) throw new Error('somebody else is signed in')
        return take(api.PUT('/flows/{id}', { params: { path, header: { 'If-Match': String(rev) } }, body: flow })).catch((error: unknown) => {
          if (isGone(error)) void queries.invalidateQueries({ queryKey: ['flow', id] }) // which says that it was deleted
          throw error
        })
      },
      step: (way, mine) => take(way === 'undo' ? api.POST('/flows/{id}/undo', { params: { path }, body: { mine } }) : api.POST('/flows/{id}/redo', { params: { path } })),
      owner,
      storage: localStorage,
    }, troubleOf)
    let was = own.read().flow
    own.subscribe(() => {
      const { flow } = own.read()
      if (flow === was) return
      const before = was
      was = flow
      if (following.rows) following.rows(before, flow)
      else void import('./followRows').then((m) => m.followRows(before, flow))
    })
    return own
  })
  const state = useSyncExternalStore(draft.subscribe, draft.read)
  useEffect(() => draft.adopt(loaded), [draft, loaded])
  useEffect(() => {
    queries.setQueryData(['flow', state.flow.id], state.view)
    void queries.invalidateQueries({ queryKey: ['flows'] })
  }, [queries, state.view, state.flow.id])
  const order = useMemo(() => orderOf(documentOf(state.view)), [state.view.flow])
  useEffect(() => void queries.invalidateQueries({ queryKey: ['schema', state.flow.id] }), [queries, order, state.flow.id]) // what a step sees is asked again once its new place is saved
  useEffect(() => {
    const flush = () => void draft.save()
    draft.open()
    addEventListener('online', draft.retry)
    addEventListener('pagehide', flush)
    return () => {
      removeEventListener('online', draft.retry)
      removeEventListener('pagehide', flush)
      draft.close()
    }
  }, [draft])
  const { pathUnsaid, waitUnsaid } = useWords()
  const view = useMemo(() => { const more = unsaid(state.flow, pathUnsaid, waitUnsaid); return more.length > 0 ? { ...state.view, problems: [...state.view.problems, ...more] } : state.view }, [state.flow, state.view, pathUnsaid, waitUnsaid])
  return { draft, ...state, view }
}

function orderOf(flow: Flow): string {
  const ids: string[] = []
  walk(flow.steps, (s) => ids.push(s.id))
  return ids.join(' ')
}

export type DraftHook = ReturnType<typeof useDraft>
