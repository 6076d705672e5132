import { useId, useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { Code } from '../code/Code'
import { DeskContext, useMakeDesk } from '../data/desk'
import { pinSample } from '../data/pinned'
import { find, type Flow } from '../flow'
import { StepResults } from '../runs/StepResults'
import { Button, Problem, Status } from '../ui/basics'
import { inputLook } from '../ui/Field'
import { useStepName } from '../tree/useStepName'
import { useFormat } from '../words/format'
import { Panel } from './Panel'
import { useWords } from './panelWords'

type TestPanelProps = { flow: Flow; close: () => void; event?: string; tested?: (run: Schemas['RunView']) => void }

/** TestPanel runs the draft in memory on an event, as it came or changed by hand; nothing leaves the machine. */
export function TestPanel({ flow, close, event, tested }: TestPanelProps) {
  const t = useWords()
  const format = useFormat()
  const id = useId()
  const desk = useMakeDesk({ flow, event })
  const [typed, setTyped] = useState<string | null>(null)
  const chosen = desk.event
  const text = typed ?? JSON.stringify(chosen?.trigger?.['body'] ?? {}, null, 2)
  const body = read(text)
  const stepName = useStepName()
  const nameOf = (s: Schemas['StepView']) => {
    const step = find(flow, s.path.split('.').at(-1) ?? '')
    return stepName({ name: step?.name, action: s.action })
  }
  const run = useMutation({
    mutationFn: () => take(api.POST('/flows/{id}/test', { params: { path: { id: flow.id } }, body: { flow, ...(typed === null && chosen ? { event_id: chosen.id } : { event: { body } }) } })),
    onSuccess: tested,
  })
  return (
    <DeskContext value={desk}>
      <Panel title={t.testFlow} close={close} footer={<Button look="primary" className="w-full max-[899px]:h-11" disabled={body === undefined} busy={run.isPending} onClick={() => run.mutate()}><Play size={16} strokeWidth={1.75} aria-hidden />{t.run}</Button>}>
        <div className="space-y-4 pt-1">
          <p className="text-secondary text-text-2">{t.held}</p>
          {desk.events.length > 0 && (
            <label className="block"><span className="mb-1 block font-medium">{t.testEvent}</span>
              <select className={inputLook} value={chosen?.id} onChange={(e) => { pinSample(flow.id, e.target.value); setTyped(null) }}>
                {chosen && !desk.events.some((e) => e.id === chosen.id) && <option value={chosen.id}>{format.moment(chosen.at)} {chosen.title}</option>}
                {desk.events.map((e) => <option key={e.id} value={e.id}>{format.moment(e.at)} {e.title}</option>)}
              </select>
            </label>
          )}
          <div className="code-mono-wrap">
            <div className="mb-1 flex min-h-8 items-center justify-between gap-2"><p id={`${id}-label`} className="font-medium">{t.eventBody}</p>{typed !== null && <Button look="quiet" size="small" onClick={() => setTyped(null)}>{t.asItCame}</Button>}</div>
            <Code value={text} change={setTyped} mode="json" lines="many" labelledBy={`${id}-label`} invalid={body === undefined} />
            {body === undefined && <p role="alert" className="mt-1 text-meta text-warn">{t.badJSON}</p>}
          </div>
          {run.error && <Problem error={run.error} />}
          {run.data && (
            <div aria-live="polite">
              <p className="mb-2 flex flex-wrap items-center gap-2"><Status of={run.data.status} />{run.data.error?.message ?? run.data.reason}</p>
              <StepResults steps={run.data.steps ?? []} nameOf={nameOf} />
            </div>
          )}
        </div>
      </Panel>
    </DeskContext>
  )
}

function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
