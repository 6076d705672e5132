import { useMemo } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Schemas } from '../api/client'
import { offerFor } from '../api/curl'
import { useActions, useConnections } from '../api/hooks'
import { type Flow, walk } from '../flow'
import { fill } from '../words/phrase'
import { keptTest } from './useResults'
import { useTested } from './useStepTest'
import { pointerOf } from './where'
import { useWords } from './publishWords'

type Doubt = Schemas['ProblemView']
type Known = { connections: Schemas['ConnectionView'][]; effects: ReadonlySet<string>; tried: ReadonlySet<string>; /** why a step failed when it was last tried */ failed: ReadonlyMap<string, string> }

/** doubtsOf is what no rule forbids and yet may fail: connections that do not answer, secrets that were pasted and not saved, steps that failed when they were last tried, steps that act and were never tried. */
function doubtsOf(flow: Flow, { connections, effects, tried, failed }: Known, t: Pick<ReturnType<typeof useWords>, 'connectionFails' | 'connectionRefused' | 'secretLeftOut' | 'neverTested' | 'lastFailed'>): Doubt[] {
  const found: Doubt[] = []
  const doubt = (path: string, code: string, message: string) => found.push({ path, code, message, severity: 'warning', hint: '' })
  const asked = (name: string | undefined, path: string) => {
    const c = connections.find((x) => x.name === name)
    if (c?.problem || c?.state === 'broken') doubt(`${path}/connection`, 'connection_fails', fill(c.problem ? t.connectionFails : t.connectionRefused, { name: c.name, why: c.problem ?? '' }))
  }
  asked(flow.trigger.connection, '/trigger')
  walk(flow.steps, (s) => {
    if (s.disabled) return
    asked(s.connection, pointerOf(flow, s.id))
    if (!s.connection && offerFor(flow.id, s.id)) doubt(`${pointerOf(flow, s.id)}/connection`, 'secret_left_out', t.secretLeftOut)
    const why = failed.get(s.id)
    if (why) doubt(pointerOf(flow, s.id), 'last_test_failed', fill(t.lastFailed, { why }))
    if (effects.has(s.action) && !tried.has(s.id)) doubt(pointerOf(flow, s.id), 'never_tested', t.neverTested)
  })
  return found
}

/** useKnown is what the bench asks for anyhow, once it is there. */
const useKnown = <T>(queryKey: string[]) => useQuery<T>({ queryKey, enabled: false }).data

/** foreseenKey is where the steps are kept that the first trial of a flow came to. */
export const foreseenKey = (flow: string) => ['foreseen', flow]

/** useDoubts gives those of a flow that is about to be published. */
export function useDoubts(flow: Flow): Doubt[] {
  const t = useWords()
  const connections = useConnections().data?.items ?? []
  const actions = useActions().data?.items ?? []
  const { kept } = useTested(flow.id)
  const counted = Object.entries(useKnown<Schemas['StepCounts']>(['step-counts', flow.id])?.steps ?? {}).filter(([, c]) => c.reached > 0).map(([path]) => ({ path }))
  const foreseen = useKnown<{ path: string }[]>(foreseenKey(flow.id)) ?? []
  const test = useMemo(() => keptTest(flow.id), [flow.id])
  const last = useKnown<{ run: Schemas['RunView']; flow: Flow } | null>(['runs', 'last', flow.id])
  const erased: string[] = [] // what an erased run did is not known any more, but it ran
  if (last?.run.erased) walk(last.flow.steps, (s) => erased.push(s.id))
  const tried = new Set([...[...Object.values(kept), ...(last?.run.steps ?? []), ...counted, ...foreseen].map((s) => s.path.split('.').at(-1) ?? ''), ...(test?.tried ?? []), ...erased])
  const failed = new Map(Object.values(kept).filter((s) => s.status === 'failed' && !(last && s.started && last.run.at > s.started)).map((s) => [s.path.split('.').at(-1) ?? '', s.error?.message ?? '']))
  return doubtsOf(flow, { connections, effects: new Set(actions.filter((a) => a.effect).map((a) => a.kind)), tried, failed }, t)
}
