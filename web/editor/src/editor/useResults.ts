import { useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { type Flow, walk } from '../flow'
import { type Result, resultsOf, staleSteps, turnsOf } from '../tree/results'

type Run = Schemas['RunView']

/** useLastRun gives the newest run of a flow, whole, and the flow as it was then. */
function useLastRun(id: string, published: number) {
  return useQuery({
    queryKey: ['runs', 'last', id],
    enabled: published > 0,
    queryFn: async () => {
      const { items } = await take(api.GET('/runs', { params: { query: { flow: id, limit: 1 } } }))
      const newest = items[0]
      if (!newest || newest.revision === 0) return null
      const run = await take(api.GET('/runs/{id}', { params: { path: { id: newest.id } } }))
      const revision = await take(api.GET('/flows/{id}/revisions/{rev}', { params: { path: { id, rev: run.revision } } }))
      return { run, flow: revision.flow as Flow }
    },
  })
}

/** useResults gives each step its badge: from the newest test or run, marked where the step was edited since. */
export function useResults(flow: Flow, view: Schemas['FlowView']) {
  const last = useLastRun(flow.id, view.published_rev)
  const [test, setTest] = useState<{ run: Run; flow: Flow } | null>(null)
  const newest = test ?? last.data
  const results = useMemo(() => {
    const all = new Map<string, Result>()
    if (!newest) return all
    const now = resultsOf(flow, newest.run, (loop) => turnsOf(newest.run, loop).at(-1) ?? 0)
    const stale = staleSteps(flow, newest.flow)
    walk(flow.steps, (s) => {
      const result = now.get(s.id)
      if (stale.has(s.id)) all.set(s.id, { state: 'stale' })
      else all.set(s.id, result ?? { state: 'untested' })
    })
    return all
  }, [flow, newest])
  return { results, tested: (run: Run) => setTest({ run, flow }) }
}
