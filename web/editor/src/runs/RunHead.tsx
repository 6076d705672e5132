import { Hourglass, Info, TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { find, type Flow, type Step } from '../flow'
import { Ticked } from '../ui/Ticked'
import { useSay } from '../words'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { saidBy, stepOfPath } from './paths'
import { useWords } from './runWords'

/** RunHead says in a sentence why the run is where it is. */
type HeadProps = { run: Schemas['RunView']; flow: Flow; nameOf: (step: Step) => string; show: (step: string) => void }

export function RunHead({ run, flow, nameOf, show }: HeadProps) {
  const t = useWords()
  const format = useFormat()
  const say = useSay()
  const failedAt = run.error?.step ? stepOfPath(run.error.step).step : undefined
  const bad = failedAt === undefined ? undefined : find(flow, failedAt)
  const name = failedAt && (bad ? nameOf(bad) : failedAt)
  const said = saidBy(run.steps?.find((s) => s.path === run.error?.step)?.attempts.at(-1)?.response)
  const parked = run.steps?.find((s) => s.status === 'waiting' && s.waiting_for === run.waiting_for)
  const waits = parked && find(flow, stepOfPath(parked.path).step)
  const why = parked?.error?.message ?? parked?.attempts.at(-1)?.error?.message
  const box = 'mx-auto mb-5 flex max-w-[680px] items-start gap-3 rounded-xl px-4 py-3'
  return (
    <>
      {run.error && (
        <div className={`${box} bg-fail-soft text-fail`}>
          <TriangleAlert size={17} aria-hidden className="mt-0.5 shrink-0" />
          <p className="min-w-0 break-words">
            {name && <><button type="button" className="font-semibold underline underline-offset-2" onClick={() => show(failedAt)}>{name}</button>: </>}{run.error.message}{run.error.hint && <span className="mt-0.5 block">{say(run.error.hint)}</span>}{said && <span className="mt-0.5 block">{fill(t.serviceSaid, { words: said })}</span>}
          </p>
        </div>
      )}
      {run.reason && !run.error && <div className={`${box} bg-sunken text-text-2`}><Info size={17} aria-hidden className="mt-0.5 shrink-0" /><p className="min-w-0 break-words"><Ticked text={run.reason} /></p></div>}
      {run.waiting_for && (
        <div className={`${box} bg-wait-soft text-wait`}>
          <Hourglass size={17} aria-hidden className="mt-0.5 shrink-0" />
          <p className="min-w-0 break-words">
            {waits && <><button type="button" className="font-semibold underline underline-offset-2" onClick={() => show(waits.id)}>{nameOf(waits)}</button> </>}
            {t[`for_${run.waiting_for}` as 'for_delay'] ?? run.waiting_for}{run.waiting_for === 'connection' && waits?.connection && <> <b className="font-semibold">{waits.connection}</b></>}{run.due && ` ${fill(t.waitsUntil, { time: format.moment(run.due) })}`}
            {parked?.path.startsWith('trigger.') && <button type="button" className="mt-0.5 block font-medium underline underline-offset-2" onClick={() => show('trigger')}>{t.resourceWaits}</button>}
            {why && <span className="mt-0.5 block">{why}</span>}
            {run.waiting_for === 'connection' && waits?.connection && <Link href={`/connections?name=${encodeURIComponent(waits.connection)}`} className="mt-1 block font-medium underline underline-offset-2">{t.makeConnection}</Link>}
          </p>
        </div>
      )}
      {run.replay_of && <p className="mx-auto mb-5 max-w-[680px] text-secondary"><Link href={`/runs/${run.replay_of}`} className="text-accent underline underline-offset-2">{t.replayOf}</Link></p>}
    </>
  )
}
