import { Fragment } from 'react'
import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { useHidden } from '../data/useHidden'
import { find, type Flow, idsOf } from '../flow'
import { stepOfPath } from '../runs/paths'
import { Status } from '../ui/basics'
import { Outgoing } from '../ui/Outgoing'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { Alikes, useEnd } from './Alikes'
import { useWords } from './backtestWords'
import { type Alike, alikeOf } from './deeds'
import { useNamesIn } from './useNamesIn'
import { ticked } from '../words/told'

type Row = Schemas['BacktestRow']

/** done is what a step of the draft would do. */
type Done = { status: string; request?: unknown; input?: unknown }

/** stepsIn are the steps that an event comes to. */
export const stepsIn = (row: Row) => row.differences.filter((d) => !d.path.includes('/') && d.path !== 'status').map((d) => ({ path: d.path, ...(d.got as Done) })) // each step is new, so it is told whole

const fails = ({ rows: [first] }: Alike) => first?.after === 'failed'

/** Foreseen says of many events what the first revision would do with them, the same things together. */
export function Foreseen({ result, flow }: { result: Pick<Schemas['Backtest'], 'events' | 'rows'>; flow: Flow }) {
  const t = useWords()
  const end = useEnd()
  const { number } = useFormat()
  const name = useNamesIn(flow)
  const nameOf = (path: string) => { const id = stepOfPath(path).step; const step = find(flow, id); return step ? name(step) : id }
  const order = new Map([...idsOf(flow.steps)].map((id, i) => [id, i]))
  const doneIn = (row: Row) => stepsIn(row).sort((a, b) => (order.get(stepOfPath(a.path).step) ?? 0) - (order.get(stepOfPath(b.path).step) ?? 0))
  const all = useHidden(result.rows)
  const groups = alikeOf(all).sort((a, b) => Number(fails(b)) - Number(fails(a)))
  const counts = [...new Set(all.map((r) => r.after))].map((after) => ({ after, n: all.filter((r) => r.after === after).length }))
  const linesOf = (row: Row) => {
    const steps = doneIn(row)
    const stopped = steps.find((s) => s.status === 'filtered')
    const names = [...new Set(steps.filter((s) => s.status !== 'filtered' && s.status !== 'failed').map((s) => nameOf(s.path)))].join(', ')
    return [
      row.error && (row.error.step && find(flow, stepOfPath(row.error.step).step) ? fill(t.failsNow, { step: nameOf(row.error.step), why: ticked(row.error.message) }) : ticked(row.error.message)),
      row.after === 'filtered' && (stopped ? fill(t.stopsNow, { step: nameOf(stopped.path) }) : t.notTaken),
      names && fill(t.passes, { steps: names }),
    ].filter((line) => typeof line === 'string' && line !== '') as string[]
  }
  return (
    <div>
      <p className="mb-2 flex flex-wrap gap-1.5">{counts.map(({ after, n }) => <Status key={after} of={after} said={`${number(n)} ${end(after, n) ?? after}`} />)}</p>
      <ul className="space-y-2">{groups.map(({ rows }) => { const [first] = rows; return first && <Alikes key={first.event} rows={rows} stands={<Status of={first.after} said={end(first.after, rows.length)} />} lines={linesOf(first)} draw={(row) => <Event row={row} done={doneIn(row)} nameOf={nameOf} />} /> })}</ul>
    </div>
  )
}

function Event({ row, done, nameOf }: { row: Row; done: ReturnType<typeof stepsIn>; nameOf: (path: string) => string }) {
  const t = useWords()
  const sent = done.filter((s) => s.request !== undefined || s.input !== undefined)
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="min-w-0 flex-1 break-words">{row.title || row.event}</span>
        <Link href={`/events?event=${row.event}`} className="text-secondary text-accent underline underline-offset-2">{t.openEvent}</Link>
      </p>
      {sent.length > 0 && (
        <dl className="mt-1 text-secondary">
          {sent.map((s) => (
            <Fragment key={s.path}>
              <dt className="mt-1 text-text-2">{fill(t.wouldSend, { step: nameOf(s.path) })}</dt>
              <dd className="mt-1 min-w-0"><Outgoing value={s.request ?? s.input} /></dd>
            </Fragment>
          ))}
        </dl>
      )}
    </>
  )
}
