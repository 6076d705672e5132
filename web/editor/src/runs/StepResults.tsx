import { Send } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Badge, Button, JSONView, Status } from '../ui/basics'
import { effectOf } from '../editor/effect'
import { Outgoing } from '../ui/Outgoing'
import { Ticked } from '../ui/Ticked'
import { ticked } from '../words/told'
import { useWords } from './words'

type Step = Schemas['StepView']

/** StepResults shows what each step did, closed until it is asked for. */
export function StepResults({ steps, nameOf, settle }: { steps: Step[]; nameOf?: (step: Step) => string; settle?: (path: string, as: 'done' | 'repeat') => void }) {
  const t = useWords()
  return (
    <ol aria-label={t.steps} className="self-start divide-y divide-line rounded-xl border border-line bg-surface">
      {steps.map((s) => (
        <li key={s.path}>
          <details>
            <summary className="flex-wrap px-3 py-2">
              {s.mocked && s.status === 'succeeded' ? <Badge tone="accent">{s.request ? <><Send size={13} aria-hidden /> {t.wouldSend}</> : t.assumed}</Badge> : <Status of={s.status} />}
              <span className="font-medium">{nameOf?.(s) ?? s.path}</span>
              {!nameOf && <span className="text-[13px] text-text-3">{s.action}</span>}
              {s.attempts.length > 1 && <Badge tone="wait">×{s.attempts.length}</Badge>}
              {s.mocked && s.request !== undefined && effectOf(s) !== '' && <span className="w-full pl-5.5 text-[13px] break-words text-text-2">{effectOf(s)}</span>}
              {s.error && <span className="w-full pl-5.5 text-[13px] text-fail"><Ticked text={ticked(s.error.message)} /></span>}
              {s.reason && <span className="w-full pl-5.5 text-[13px] text-text-2"><Ticked text={s.reason} /></span>}
            </summary>
            <div className="space-y-3 px-3 pb-3">
              {s.request !== undefined && s.request !== null && <div><p className="mb-1 text-xs text-text-3">{t.request}</p><Outgoing value={s.request} /></div>}
              <Part title={t.input} value={s.request ? undefined : s.input} />
              <Part title={t.output} value={s.output} />
              <Part title={t.answer} value={s.attempts.at(-1)?.response} />
              {s.log?.map((line, i) => <p key={i} className="text-[13px]">{line}</p>)}
            </div>
          </details>
          {s.status === 'unknown' && settle && (
            <div className="flex flex-wrap items-center gap-2 bg-warn-soft px-3 py-2 text-warn">
              {t.settle}<Button onClick={() => settle(s.path, 'done')}>{t.done}</Button><Button onClick={() => settle(s.path, 'repeat')}>{t.repeat}</Button>
            </div>
          )}
        </li>
      ))}
    </ol>
  )
}

function Part({ title, value }: { title: string; value: unknown }) {
  if (value === undefined || value === null) return null
  return <div><p className="mb-1 text-xs text-text-3">{title}</p><JSONView value={value} /></div>
}
