import { useQuery } from '@tanstack/react-query'
import { api, isGone, take } from '../api/client'
import { useActions, useLive, usePresets, useRun } from '../api/hooks'
import { useHidden } from '../data/useHidden'
import { documentOf } from '../flow'
import { Nothing } from '../shell/Nothing'
import { Problem } from '../ui/basics'
import { Outline } from '../ui/states'
import { remains } from './paths'
import { RunBench } from './RunBench'

/** RunPage is the flow as it was when it ran, with what became of each step. */
export function RunPage({ id }: { id: string }) {
  const run = useRun(id)
  const told = useHidden(run.data)
  const actions = useActions()
  const presets = usePresets()
  useLive(['run'], run.data?.flow)
  const path = { id: run.data?.flow ?? '', rev: run.data?.revision ?? 0 }
  const revision = useQuery({ queryKey: ['revision', path.id, path.rev], queryFn: () => take(api.GET('/flows/{id}/revisions/{rev}', { params: { path } })), enabled: path.rev > 0, staleTime: Infinity })
  const flow = useQuery({ queryKey: ['flow', path.id], queryFn: () => take(api.GET('/flows/{id}', { params: { path: { id: path.id } } })), enabled: run.data !== undefined, staleTime: 30_000 })
  const error = run.error ?? actions.error ?? (isGone(revision.error) ? null : revision.error)
  if (isGone(run.error)) return <Nothing run={id} />
  if (error) return <main id="content" className="mx-auto max-w-xl px-4"><Problem error={error} retry={() => void Promise.all([run.refetch(), actions.refetch(), revision.refetch()])} /></main>
  const gone = path.rev > 0 ? isGone(revision.error) : isGone(flow.error)
  const shown = gone && told ? remains(told) : path.rev > 0 ? revision.data && documentOf(revision.data) : flow.data && documentOf(flow.data) // a run that waits in the queue has no revision yet
  if (!told || !actions.data || !shown) return <Outline />
  return <RunBench key={id} run={told} flow={shown} now={flow.data} gone={isGone(flow.error)} actions={actions.data.items} presets={presets.data?.items ?? []} />
}
