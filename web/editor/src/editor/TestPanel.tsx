import { useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { api, take } from '../api/client'
import { useSamples } from '../api/hooks'
import type { Flow } from '../flow'
import { StepResults } from '../runs/StepResults'
import { Button, inputLook, Labeled, Problem, Status } from '../ui/basics'
import { Panel } from './Panel'
import { useWords } from './panelWords'

/** TestPanel runs the draft in memory on an event; nothing leaves the machine. */
export function TestPanel({ flow, close }: { flow: Flow; close: () => void }) {
  const t = useWords()
  const samples = useSamples(flow.id)
  const [typed, setTyped] = useState<string | null>(null)
  const newest = samples.data?.items[0]?.trigger?.['body']
  const text = typed ?? JSON.stringify(newest ?? {}, null, 2)
  let body: unknown
  let bad = false
  try {
    body = JSON.parse(text)
  } catch {
    bad = true
  }
  const run = useMutation({ mutationFn: () => take(api.POST('/flows/{id}/test', { params: { path: { id: flow.id } }, body: { event: { body }, flow } })) })
  return (
    <Panel title={t.testFlow} close={close}>
      <div className="space-y-4">
        <p className="text-text-2">{t.held}</p>
        <Labeled label={t.eventBody} help={bad ? t.badJSON : undefined}><textarea className={`${inputLook} code text-xs`} rows={9} spellCheck={false} value={text} onChange={(e) => setTyped(e.target.value)} /></Labeled>
        <div className="flex gap-2">
          <Button look="primary" disabled={bad || run.isPending} onClick={() => run.mutate()}><Play size={16} aria-hidden />{t.run}</Button>
          {newest !== undefined && typed !== null && <Button look="quiet" onClick={() => setTyped(null)}>{t.newestEvent}</Button>}
        </div>
        {run.error && <Problem error={run.error} />}
        {run.data && (
          <div aria-live="polite">
            <p className="mb-2 flex items-center gap-2"><Status of={run.data.status} />{run.data.error?.message ?? run.data.reason}</p>
            <StepResults steps={run.data.steps ?? []} />
          </div>
        )}
      </div>
    </Panel>
  )
}
