import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { api, take } from '../api/client'
import { useSamples } from '../api/hooks'
import { Button, Problem } from '../ui/basics'
import { Select } from '../ui/Select'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { Compared } from './Compared'
import { foreseenKey } from './doubts'
import { Foreseen, stepsIn } from './Foreseen'
import { Head } from './Head'
import type { DraftHook } from './useDraft'
import { useWords } from './backtestWords'

/** Backtest runs the draft on the last events, effects held back, and says what would differ, or what would be done where nothing is published. */
export function Backtest({ draft }: { draft: DraftHook }) {
  const t = useWords()
  const { number } = useFormat()
  const queries = useQueryClient()
  const { flow, view } = draft
  const first = view.published_rev === 0
  const samples = useSamples(flow.id)
  const [n, setN] = useState('100')
  const test = useMutation({
    mutationFn: async () => {
      await draft.draft.save()
      const rev = draft.draft.read().view.draft_rev
      return { rev, ...(await take(api.POST('/flows/{id}/backtest', { params: { path: { id: flow.id } }, body: { n: Number(n) } }))) }
    },
    onSuccess: ({ rows }) => { if (first) queries.setQueryData(foreseenKey(flow.id), rows.flatMap(stepsIn)) },
  })
  if (first && !samples.data?.items.length) return null
  const stale = test.data && (test.data.rev !== view.draft_rev || draft.saving !== 'saved')
  return (
    <section>
      <Head>{t.backtest}</Head>
      <p className="mb-2 text-secondary text-text-2">{first ? t.helpFirst : t.help}</p>
      <div className="flex flex-wrap gap-2">
        <Select quiet label={t.last} value={n} set={setN} options={(first ? ['100', '500'] : ['100', '500', '1000', '5000']).map((value) => ({ value, label: fill(t.lastN, { n: number(Number(value)) }) }))} />
        <Button className="pointer-coarse:h-11" busy={test.isPending} onClick={() => test.mutate()}><FlaskConical size={15} aria-hidden />{first ? (test.data ? t.againFirst : t.runFirst) : test.data ? t.again : t.run}</Button>
      </div>
      {test.error && <Problem error={test.error} />}
      <div aria-live="polite" className="mt-3 empty:hidden">
        {stale && <p className="mb-2 text-secondary text-warn">{t.stale}</p>}
        {test.data && (test.data.events === 0 ? <p className="text-text-2">{t.none}</p> : first ? <Foreseen result={test.data} flow={flow} /> : <Compared result={test.data} flow={flow} published={view.published_rev} />)}
      </div>
    </section>
  )
}
