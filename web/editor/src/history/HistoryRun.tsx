import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { standOf, Status } from '../ui/Status'
import { Ticked } from '../ui/Ticked'
import { Tight } from '../ui/Tight'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { useAnswer } from './answer'
import { useWords } from './words'
import { ticked } from '../words/told'

type RowProps = { run: Schemas['RunView']; name: string; chosen?: boolean; choose?: (on: boolean) => void }

export function HistoryRun({ run, name, chosen = false, choose }: RowProps) {
  const t = useWords()
  const { clock, whole, took } = useFormat()
  const title = run.title || name
  return (
    <li className={`relative flex items-center gap-3 px-4 transition-colors duration-120 ${chosen ? 'bg-accent-soft' : 'hover:bg-sunken'}`}>
      {choose && <label className="relative z-10 -m-3 grid size-10 shrink-0 place-items-center pointer-coarse:h-15"><input type="checkbox" aria-label={fill(t.select, { title })} checked={chosen} onChange={(e) => choose(e.target.checked)} className="size-4 accent-accent" /></label>}
      <Link href={`/runs/${run.id}`} className="grid min-w-0 flex-1 grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-1 py-2.5 sm:grid-cols-[8.5rem_minmax(0,1fr)_auto]">
        <span className="max-sm:order-2"><Status of={standOf(run)} over={run.replayed_by !== undefined} /></span>
        <span className="min-w-0 max-sm:col-span-2">
          <span className="flex min-w-0 items-baseline gap-x-2 max-sm:flex-col">
            <span className="max-w-full font-medium break-words sm:truncate"><Tight text={title} /></span>
            {run.title && <span className="max-w-full min-w-12 shrink-[4] truncate text-secondary text-text-2">{name}</span>}
          </span>
          <Said run={run} />
        </span>
        <span className="text-secondary text-text-2 max-sm:order-3 max-sm:text-meta sm:text-right sm:whitespace-nowrap">
          <time dateTime={run.at} data-tip={whole(run.at)} className="sm:block">{clock(run.at)}</time>
          <span className="text-text-3 sm:block">{run.revision && <><span className="sm:hidden"> · </span><span data-tip={fill(t.attempt, { n: run.revision })}>r{run.revision}</span></>}{run.replay_of && ` · ${t.isReplay}`}{run.replayed_by && ` · ${t.ranAgain}`}{run.ended && ` · ${took(run.at, run.ended)}`}</span>
        </span>
      </Link>
    </li>
  )
}

/** Said is the run in a sentence: its error, why it stopped, or what it waits for. */
function Said({ run }: { run: Schemas['RunView'] }) {
  const t = useWords()
  const { moment } = useFormat()
  const answer = useAnswer()(run)
  if (run.error && run.ended) return <span className={`line-clamp-2 text-secondary break-words ${run.replayed_by ? 'text-text-2' : 'text-fail'}`}><Trouble error={run.error} /></span>
  if (run.erased) return <span className="line-clamp-2 text-secondary break-words text-text-2">{t.dataErasedRow}</span>
  if (run.reason || (answer && run.ended)) return <span className="line-clamp-2 text-secondary break-words text-text-2">{answer}{answer && run.reason && ' · '}{run.reason && <Ticked text={run.reason} />}</span>
  const words: Record<string, string> = { connection: t.waitsConnection, signal: t.waitsSignal, call: t.waitsCall, retry: t.waitsRetry, quota: t.waitsQuota, delay: t.waitsDelay }
  const waits = run.status === 'unknown' ? t.waitsResolve : run.waiting_for && (words[run.waiting_for] ?? run.waiting_for)
  const stands = standOf(run) === 'refused'
  if (waits) return <span className={`line-clamp-2 text-secondary break-words ${stands || run.status === 'unknown' ? 'text-warn' : 'text-wait'}`}>{run.error && <><Trouble error={run.error} /> · </>}{stands ? t.refusedConnection : waits}{run.due && !run.ended && !stands && ` · ${run.waiting_for === 'retry' || run.waiting_for === 'quota' ? moment(run.due) : fill(t.untilWhen, { when: moment(run.due) })}`}</span>
  return null
}

function Trouble({ error }: { error: Schemas['ErrorView'] }) {
  const t = useWords()
  return <>{error.step_name && <b className="font-medium">{error.step_name}: </b>}{error.message ? <Ticked text={ticked(error.message)} /> : t.dataErased}</>
}
