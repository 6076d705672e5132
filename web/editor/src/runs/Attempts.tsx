import type { Schemas } from '../api/client'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { Part } from './RunEvent'
import { useWords } from './runWords'
import { Ticked } from '../ui/Ticked'
import { ticked } from '../words/told'

/** Attempts are each try of a step: when, for how long, what went out and what came back. */
export function Attempts({ s }: { s: Schemas['StepView'] }) {
  const t = useWords()
  const format = useFormat()
  return (
    <ol className="space-y-2">
      {s.attempts.map((a, i) => (
        <li key={i} className="rounded-lg border border-line">
          <details>
            <summary className="flex-wrap gap-y-0! px-3 py-2">
              <span className="font-medium">{fill(t.attemptN, { n: i + 1 })}</span>
              <span className="text-secondary text-text-2">{format.moment(a.at)} · {format.duration(a.duration_ms)}</span>
              {a.error && <span className="w-full pl-5.5 break-words text-fail"><Ticked text={ticked(a.error.message)} /></span>}
            </summary>
            <div className="space-y-3 px-3 pb-3">
              {a.request !== undefined && <Part sent title={t.sent} value={a.request} />}
              {a.response !== undefined && <Part title={t.answer} value={a.response} />}
            </div>
          </details>
        </li>
      ))}
    </ol>
  )
}
