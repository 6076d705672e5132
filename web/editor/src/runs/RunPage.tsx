import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import { api, take } from '../api/client'
import { useLive, useRun } from '../api/hooks'
import { Button, Card, JSONView, Loading, Page, Problem, Status } from '../ui/basics'
import { useTimes } from '../words'
import { useWords } from './words'
import { took } from './RunList'
import { StepResults } from './StepResults'

export function RunPage({ id }: { id: string }) {
  const t = useWords()
  const times = useTimes()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const { data: run, error, refetch } = useRun(id)
  useLive(['run'], run?.flow)
  const refresh = () => queries.invalidateQueries({ queryKey: ['run', id] })
  const again = useMutation({
    mutationFn: (from: 'start' | 'failed') => take(api.POST('/runs/replay', { body: { ids: [id], from, revision: from === 'failed' ? 'original' : 'published' } })),
    onSuccess: async (answer) => {
      const next = answer.items[0]?.run
      if (next && next !== id) go(`/runs/${next}`)
      else await refresh()
    },
  })
  const cancel = useMutation({ mutationFn: () => take(api.POST('/runs/{id}/cancel', { params: { path: { id } } })), onSuccess: refresh })
  const settle = useMutation({
    mutationFn: ({ path, as }: { path: string; as: 'done' | 'repeat' }) => take(api.POST('/runs/{id}/steps/{path}/resolve', { params: { path: { id, path } }, body: { as, output: as === 'done' ? {} : undefined } })),
    onSuccess: refresh,
  })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!run) return <Loading />
  const trouble = again.error ?? cancel.error ?? settle.error
  return (
    <Page title={run.title || run.flow} aside={
      <>
        {run.status === 'failed' && <Button look="primary" onClick={() => again.mutate('failed')}>{t.fromFailed}</Button>}
        {run.ended ? <Button onClick={() => again.mutate('start')}>{t.again}</Button> : <Button look="danger" onClick={() => cancel.mutate()}>{t.cancelRun}</Button>}
      </>
    }>
      {trouble && <Problem error={trouble} />}
      <Card className="mb-5 flex flex-wrap items-center gap-x-6 gap-y-2 p-4">
        <Status of={run.status} />
        <Link href={`/flows/${run.flow}`} className="underline">{run.flow} r{run.revision}</Link>
        <span className="text-text-2">{times(run.at)}{run.ended && ` · ${took(run.at, run.ended)}`}</span>
        {run.error && <p className="w-full text-fail">{run.error.step && <b>{run.error.step}: </b>}{run.error.message}</p>}
        {run.reason && <p className="w-full text-text-2">{run.reason}</p>}
      </Card>
      <div className="grid gap-5 lg:grid-cols-[1fr_20rem]">
        <StepResults steps={run.steps ?? []} settle={(path, as) => settle.mutate({ path, as })} />
        <section aria-label={t.event}>
          <h2 className="mb-2 font-semibold">{t.event}</h2>
          <JSONView value={run.trigger?.['body']} />
          {run.answer && <><h2 className="mt-4 mb-2 font-semibold">{t.answer}</h2><JSONView value={run.answer} /></>}
        </section>
      </div>
    </Page>
  )
}
