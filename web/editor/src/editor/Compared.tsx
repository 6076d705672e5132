import { Fragment } from 'react'
import { useQuery } from '@tanstack/react-query'
import { ArrowRight, CircleCheck } from 'lucide-react'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useActions } from '../api/hooks'
import { useHidden } from '../data/useHidden'
import { find, type Flow, documentOf } from '../flow'
import { stepOfPath } from '../runs/paths'
import { Badge, Status } from '../ui/basics'
import { useStatusWord } from '../ui/Status'
import { useSay } from '../words'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { Alikes, useEnd, valueText } from './Alikes'
import { type Alike, alikeOf, type Deed, stepsOf } from './deeds'
import { useNamesIn } from './useNamesIn'
import { useWords } from './backtestWords'
import { ticked } from '../words/told'

type Outcome = Pick<Schemas['Backtest'], 'events' | 'same' | 'changed' | 'newly_failed' | 'newly_mended' | 'rows'>

/** Compared says of many events what the draft makes otherwise, the same things together. */
export function Compared({ result, flow, published }: { result: Outcome; flow: Flow; published: number }) {
  const t = useWords()
  const plural = usePlural()
  const { number } = useFormat()
  const names = useNames(flow, published)
  const rows = useHidden(result.rows)
  if (result.changed === 0) return <p className="flex items-center gap-2 text-ok"><CircleCheck size={16} aria-hidden className="shrink-0" />{plural(t, 'allSame', result.events)}</p>
  const others = result.changed - result.newly_failed - result.newly_mended
  const sums = [['same', result.same, 'none'], ['differs', others, 'warn'], ['newFail', result.newly_failed, 'fail'], ['mended', result.newly_mended, 'ok']] as const
  return (
    <div>
      <p className="mb-2 flex flex-wrap gap-1.5">{sums.map(([key, n, tone]) => (n > 0 ? <Badge key={key} tone={tone}>{plural(t, key, n)}</Badge> : null))}</p>
      {result.rows.length < result.changed && <p className="mb-2 text-secondary text-text-2">{fill(t.cut, { n: number(result.rows.length), all: number(result.changed) })}</p>}
      <ul className="space-y-2">{alikeOf(rows).map((group) => <Group key={group.rows[0]?.event} group={group} names={names} />)}</ul>
    </div>
  )
}

/** Names are what people call the step of a path, and a member of what it sends. */
type Names = { nameOf: (path: string) => string; memberOf: (deed: Deed) => string }

/** useNames knows the steps of the flow, also those that only the published revision has. */
function useNames(flow: Flow, rev: number): Names {
  const t = useWords()
  const say = useSay()
  const name = useNamesIn(flow)
  const { data } = useQuery({ queryKey: ['revision', flow.id, rev], queryFn: () => take(api.GET('/flows/{id}/revisions/{rev}', { params: { path: { id: flow.id, rev } } })), enabled: rev > 0, staleTime: Infinity })
  const actions = useActions().data?.items
  const stepAt = (path: string) => { const id = stepOfPath(path).step; return find(flow, id) ?? (data && find(documentOf(data), id)) }
  return {
    nameOf: (path) => { const step = stepAt(path); return step ? name(step) : stepOfPath(path).step },
    memberOf: (d) => {
      if (d.name === 'request' || d.name === 'input') return t.whole
      const [first = '', ...rest] = d.name.replace(/^body\//, '').split('/')
      const field = actions?.find((a) => a.kind === stepAt(d.step)?.action)?.fields.find((f) => f.id === first)
      return [field ? say(field.label) : first, ...rest].join(' › ')
    },
  }
}

type GroupProps = { group: Alike; names: Names }

function Group({ group: { rows, deeds }, names }: GroupProps) {
  const t = useWords()
  const end = useEnd()
  const [first] = rows
  const lines = useSentences(deeds, first, names)
  if (!first) return null
  const stand = (of: string) => <Status of={of} said={end(of, rows.length)} />
  const fails = deeds.some((d) => d.what === 'state' && d.after === 'failed')
  const stands = first.before === first.after && fails ? <Badge tone="fail">{t.stepFails}</Badge> : <>{stand(first.before)}{first.before !== first.after && <><ArrowRight size={14} aria-hidden className="text-text-3" />{stand(first.after)}</>}</>
  return <Alikes rows={rows} stands={stands} lines={lines} draw={(row) => <Event row={row} names={names} deeds={alikeOf([row])[0]?.deeds ?? []} />} />
}

/** useSentences says what the steps do otherwise. */
function useSentences(deeds: Deed[], row: Schemas['BacktestRow'] | undefined, { nameOf, memberOf }: Names): string[] {
  const t = useWords()
  const word = useStatusWord()
  const list = (what: Deed['what']) => stepsOf(deeds, what).map(nameOf).join(', ')
  const listed = (['runs', 'gone', 'sends', 'quiet'] as const).flatMap((what) => { const steps = list(what); return steps ? [fill(t[what], { steps })] : [] })
  const states = deeds.filter((d) => d.what === 'state').map((d) => {
    const step = nameOf(d.step)
    if (d.after === 'failed') return fill(t.failsNow, { step, why: row?.error?.step === d.step ? ticked(row.error.message) : word('failed') })
    if (d.before === 'failed') return fill(t.failsNoMore, { step })
    if (d.after === 'filtered') return fill(t.stopsNow, { step })
    if (d.before === 'filtered') return fill(t.stopsNoMore, { step })
    return fill(t.becomes, { step, before: word(String(d.before)), after: word(String(d.after)) })
  })
  const values = stepsOf(deeds, 'value').map((step) => fill(t.sendsOther, { step: nameOf(step), names: deeds.filter((d) => d.step === step && d.what === 'value').map(memberOf).join(', ') }))
  return [...states, ...listed, ...values]
}

function Event({ row, deeds, names: { nameOf, memberOf } }: { row: Schemas['BacktestRow']; deeds: Deed[]; names: Names }) {
  const t = useWords()
  const values = deeds.filter((d) => d.what === 'value' || d.what === 'sends' || d.what === 'quiet')
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="min-w-0 flex-1 truncate">{row.title || row.event}</span>
        {row.run && <Link href={`/runs/${row.run}`} className="text-secondary text-accent underline underline-offset-2">{t.openRun}</Link>}
      </p>
      {values.length > 0 && (
        <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-secondary">
          {values.map((d) => (
            <Fragment key={d.step + d.name}>
              <dt className="col-span-2 mt-1 text-text-2">{nameOf(d.step)} › {memberOf(d)}</dt>
              <dt className="text-text-3">{t.published}</dt><dd className="min-w-0 break-words"><code className="text-meta">{valueText(d.before, t.nothing)}</code></dd>
              <dt className="text-text-3">{t.draft}</dt><dd className="min-w-0 break-words"><code className="text-meta">{valueText(d.after, t.nothing)}</code></dd>
            </Fragment>
          ))}
        </dl>
      )}
    </>
  )
}
