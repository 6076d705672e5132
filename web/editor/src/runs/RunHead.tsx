import { Hourglass, Info, TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { find, type Flow } from '../flow'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { stepOfPath } from './paths'
import { useWords } from './runWords'

/** RunHead says in a sentence why the run is where it is. */
export function RunHead({ run, flow, show }: { run: Schemas['RunView']; flow: Flow; show: (step: string) => void }) {
  const t = useWords()
  const format = useFormat()
  const failedAt = run.error?.step ? stepOfPath(run.error.step).step : undefined
  const name = failedAt && (find(flow, failedAt)?.name || failedAt)
  const box = 'mx-auto mb-5 flex max-w-[680px] items-start gap-3 rounded-xl px-4 py-3'
  return (
    <>
      {run.error && (
        <div className={`${box} bg-fail-soft text-fail`}>
          <TriangleAlert size={17} aria-hidden className="mt-0.5 shrink-0" />
          <p className="min-w-0 break-words">
            {name && <><button type="button" className="font-semibold underline underline-offset-2" onClick={() => show(failedAt)}>{name}</button>: </>}{run.error.message}
          </p>
        </div>
      )}
      {run.reason && !run.error && <div className={`${box} bg-sunken text-text-2`}><Info size={17} aria-hidden className="mt-0.5 shrink-0" /><p className="min-w-0 break-words">{run.reason}</p></div>}
      {run.waiting_for && (
        <div className={`${box} bg-wait-soft text-wait`}>
          <Hourglass size={17} aria-hidden className="mt-0.5 shrink-0" />
          <p>{t[`for_${run.waiting_for}` as 'for_delay'] ?? run.waiting_for}{run.due && ` ${fill(t.waitsUntil, { time: format.moment(run.due) })}`}</p>
        </div>
      )}
      {run.replay_of && <p className="mx-auto mb-5 max-w-[680px] text-secondary"><Link href={`/runs/${run.replay_of}`} className="text-accent underline underline-offset-2">{t.replayOf}</Link></p>}
    </>
  )
}
