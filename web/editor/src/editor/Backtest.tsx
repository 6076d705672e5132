import { useMutation } from '@tanstack/react-query'
import { ChevronRight, FlaskConical } from 'lucide-react'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { Badge, Button, Problem, Status } from '../ui/basics'
import { usePlural } from '../words/phrase'
import { Differences } from './OwnTests'
import { Head } from './PublishPanel'
import type { DraftHook } from './useDraft'
import { useWords } from './words'

/** Backtest runs the draft on the last events, effects held back, and lists what would differ. */
export function Backtest({ draft }: { draft: DraftHook }) {
  const t = useWords()
  const { flow, view } = draft
  const test = useMutation({
    mutationFn: async () => {
      await draft.draft.save()
      return take(api.POST('/flows/{id}/backtest', { params: { path: { id: flow.id } }, body: { n: 100 } }))
    },
  })
  if (view.published_rev === 0) return null
  return (
    <section>
      <Head aside={<Button size="small" busy={test.isPending} onClick={() => test.mutate()}><FlaskConical size={14} aria-hidden />{t.backtestRun}</Button>}>{t.backtest}</Head>
      {!test.data && <p className="text-secondary text-text-2">{t.backtestHelp}</p>}
      {test.error && <Problem error={test.error} />}
      {test.data && <Outcome result={test.data} />}
    </section>
  )
}

function Outcome({ result }: { result: Schemas['Backtest'] }) {
  const t = useWords()
  const plural = usePlural()
  if (result.events === 0) return <p className="text-text-2">{t.backtestNone}</p>
  const sums = [['same', result.same, 'ok'], ['differs', result.changed, 'warn'], ['newFail', result.newly_failed, 'fail'], ['mended', result.newly_mended, 'accent']] as const
  return (
    <div aria-live="polite">
      <p className="mb-2 flex flex-wrap gap-1.5">{sums.map(([key, n, tone]) => (n > 0 ? <Badge key={key} tone={tone}>{plural(t, key, n)}</Badge> : null))}</p>
      <ul className="divide-y divide-line rounded-lg border border-line empty:hidden">
        {result.rows.map((row) => <Row key={row.event} row={row} />)}
      </ul>
    </div>
  )
}

function Row({ row }: { row: Schemas['BacktestRow'] }) {
  const t = useWords()
  return (
    <li>
      <details className="group/row">
        <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-2 gap-y-1 rounded-lg px-3 py-2 hover:bg-sunken">
          <ChevronRight size={15} aria-hidden className="shrink-0 text-text-3 transition-transform group-open/row:rotate-90" />
          <span className="min-w-0 flex-1 truncate">{row.title || row.event}</span>
          <span className="flex items-center gap-1"><Status of={row.before} /><span aria-hidden>→</span><Status of={row.after} /></span>
        </summary>
        <div className="px-3 pb-3">
          <Differences list={row.differences} left={t.before} right={t.after} />
          {row.run && <Link href={`/runs/${row.run}`} className="mt-2 inline-block text-secondary text-accent underline underline-offset-2">{t.openRun}</Link>}
        </div>
      </details>
    </li>
  )
}
