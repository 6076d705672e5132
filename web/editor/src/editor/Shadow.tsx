import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Eye } from 'lucide-react'
import { api, take } from '../api/client'
import { Button, Problem } from '../ui/basics'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { Compared } from './Compared'
import { Head } from './Head'
import type { DraftHook } from './useDraft'
import { useWords } from './backtestWords'

/** Shadow compares the draft on the events that come from now on, for as long as a person wants. */
export function Shadow({ draft }: { draft: DraftHook }) {
  const t = useWords()
  const plural = usePlural()
  const { moment } = useFormat()
  const queries = useQueryClient()
  const { flow, view } = draft
  const key = ['shadow', flow.id]
  const path = { id: flow.id }
  const shadow = useQuery({ queryKey: key, enabled: view.published_rev > 0, queryFn: () => take(api.GET('/flows/{id}/shadow', { params: { path } })), refetchInterval: (q) => (q.state.data?.on ? 15_000 : false) })
  const start = useMutation({
    mutationFn: async () => {
      await draft.draft.save()
      return take(api.POST('/flows/{id}/shadow', { params: { path } }))
    },
    onSuccess: (next) => queries.setQueryData(key, next),
  })
  const stop = useMutation({ mutationFn: () => take(api.DELETE('/flows/{id}/shadow', { params: { path } })), onSuccess: () => queries.invalidateQueries({ queryKey: key }) })
  const s = shadow.data
  if (!s || (!view.changed && !s.since)) return null
  const error = start.error ?? stop.error
  return (
    <section>
      <Head aside={s.on && <Button size="small" look="quiet" busy={stop.isPending} onClick={() => stop.mutate()}>{t.shadowStop}</Button>}>{t.shadow}</Head>
      <p className="mb-2 text-secondary text-text-2">{s.on && s.since ? fill(t.shadowOn, { when: moment(s.since), who: s.by }) : s.ended ? t.shadowEnded : t.shadowHelp}</p>
      {s.on && s.outdated && s.since && <p className="mb-2 text-secondary text-warn">{fill(t.shadowOld, { when: moment(s.since) })}</p>}
      {(!s.on || s.outdated) && view.changed && <Button busy={start.isPending} onClick={() => start.mutate()}><Eye size={15} aria-hidden />{s.since ? t.shadowAnew : t.shadowStart}</Button>}
      {error && <Problem error={error} />}
      {s.since && (
        <div aria-live="polite" className="mt-3">
          {s.events > 0 ? <Compared result={s} flow={flow} published={s.published_rev} /> : s.on && <p className="text-secondary text-text-2">{t.shadowFirst}</p>}
          {s.skipped > 0 && <p className="mt-2 text-secondary text-text-2">{plural(t, 'shadowSkipped', s.skipped)}</p>}
        </div>
      )}
    </section>
  )
}
