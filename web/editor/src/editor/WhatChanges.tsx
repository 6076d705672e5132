import { useQuery } from '@tanstack/react-query'
import { api, take } from '../api/client'
import type { Flow } from '../flow'
import { Sentences } from '../tree/Sentences'
import { Loading, Problem } from '../ui/basics'
import { atClock, placeOf } from '../ui/zones'
import { useLang } from '../words'
import { fill } from '../words/phrase'
import { Head } from './Head'
import { useDiff } from './useChanges'
import { useFlowLabels } from './useFlowLabels'
import type { DraftHook } from './useDraft'
import { useWords } from './publishWords'

/** WhatChanges says what publishing does: what differs, and what starts the flow from then on. */
export function WhatChanges({ draft }: { draft: DraftHook }) {
  const t = useWords()
  const diff = useDiff(draft)
  const labels = useFlowLabels(draft.flow)
  const { view, flow } = draft
  const first = view.published_rev === 0
  return (
    <section>
      <Head>{t.whatChanges}</Head>
      {first && <FirstPublish flow={flow} />}
      {!view.changed && !first && <p className="text-text-2">{t.nothingChanges}</p>}
      {view.changed && !first && (diff.error ? <Problem error={diff.error} retry={() => void diff.refetch()} /> : diff.isPending ? <Loading /> : <Sentences list={diff.data.sentences} labels={labels} />)}
      {view.changed && flow.trigger.kind === 'schedule' && <NextRun flow={flow} />}
    </section>
  )
}

function FirstPublish({ flow: { trigger } }: { flow: Flow }) {
  const t = useWords()
  const starts: Record<string, string> = { webhook: trigger.where ? t.startsIf : t.starts, schedule: t.startsSchedule, call: t.startsCall, failure: t.startsFailure, manual: t.startsManual }
  return <p className="text-text-2">{t.firstRevision} {starts[trigger.kind]}</p>
}

/** NextRun is counted by the server, by the rules that start runs. */
function NextRun({ flow: { trigger } }: { flow: Flow }) {
  const t = useWords()
  const { lang } = useLang()
  const cron = String(trigger.with?.['cron'] ?? '')
  const zone = String(trigger.with?.['timezone'] ?? '')
  const { data } = useQuery({ queryKey: ['next', cron, zone, 1], enabled: cron !== '' && zone !== '', queryFn: ({ signal }) => take(api.GET('/schedule/next', { params: { query: { cron, timezone: zone, n: 1 } }, signal })) })
  if (!data) return null
  const [next] = data.times
  const when = next && atClock(next.local, lang, { dateStyle: 'full', timeStyle: 'short' })
  return <p className="mt-1.5 text-text-2">{when ? fill(t.nextRun, { when, place: placeOf(zone) }) : t.noNextRun}</p>
}
