import { useEffect, useState } from 'react'
import { Check, CircleDashed, CircleHelp, CircleSlash, Funnel, History, Hourglass, LoaderCircle, RotateCw, Timer, TriangleAlert } from 'lucide-react'
import { Badge } from '../ui/Badge'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import type { Result } from './results'
import { type TreeWords, useWords } from './words'

export const looks = {
  succeeded: [Check, 'ok'], failed: [TriangleAlert, 'fail'], filtered: [Funnel, 'none'], skipped: [CircleSlash, 'none'], running: [LoaderCircle, 'accent'], waiting: [Hourglass, 'wait'],
  unknown: [CircleHelp, 'warn'], retrying: [RotateCw, 'wait'], refused: [TriangleAlert, 'warn'], parked: [Timer, 'wait'], stale: [History, 'warn'], untested: [CircleDashed, 'none'],
} as const

/** ResultBadge says by icon and word what became of a step; in short where the reason and the time stand below it. */
export function ResultBadge({ result, most, short = false }: { result: Result; most?: number; short?: boolean }) {
  const t = useWords()
  const plural = usePlural()
  const { moment, duration, number } = useFormat()
  const many = (result.reached ?? 0) > 1
  const fails = many && (result.failed ?? 0) > 0 && (result.state === 'succeeded' || result.state === 'failed')
  const refused = result.approval !== undefined && result.approval !== 'approved'
  const lost = result.state === 'succeeded' && result.failures !== undefined // a loop that went on without some of its turns
  const [Icon, tone] = lost ? ([TriangleAlert, 'warn'] as const) : looks[fails ? 'failed' : refused ? 'skipped' : result.state]
  const facts = [
    result.held && t.wouldSend,
    result.approval && t[result.approval],
    many && !fails && result.state === 'succeeded' && (result.passed === result.reached ? undefined : fill(t.ofRuns, { n: number(result.passed ?? 0), of: number(result.reached ?? 0) })),
    result.turns !== undefined && plural(t, 'turns', result.turns),
    result.failures !== undefined && plural(t, 'turnsFailed', result.failures),
    !many && result.state !== 'retrying' && (result.attempts ?? 0) > 1 && fill(t.tries, { n: result.attempts ?? 1 }),
    !short && result.due !== undefined && ['waiting', 'parked'].includes(result.state) && fill(t.untilTime, { time: moment(result.due) }),
    result.since !== undefined && result.state === 'running' && fill(t.sinceTime, { time: moment(result.since) }),
    !result.held && result.ms !== undefined && result.state === 'succeeded' && duration(result.ms),
  ].filter((f) => f !== false && f !== undefined)
  const all = many && !fails && result.state === 'succeeded' && result.passed === result.reached
  const day = many && result.state === 'succeeded' ? fill(t.dayHelp, { n: number(result.passed ?? 0), of: number(result.reached ?? 0) }) : undefined
  return (
    <span className="max-w-full min-w-0" title={result.text ?? (result.state === 'stale' ? t.staleHelp : day)}>
      <Badge tone={fails && result.state === 'succeeded' ? 'warn' : tone}>
        <Icon size={13} strokeWidth={2} aria-hidden className={`shrink-0 ${result.state === 'running' ? 'motion-safe:animate-spin' : ''}`} />
        <span className="truncate">{result.state === 'retrying' ? <Retrying result={short ? { ...result, text: undefined } : result} most={most} /> : fails ? fill(t.failedOf, { n: number(result.failed ?? 0), of: number(result.reached ?? 0) }) : result.state === 'succeeded' && (all || facts.length > 0) ? <>{all && <Runs n={result.passed ?? 0} />}{all && facts.length > 0 && ' · '}{facts.join(' · ')}<span className="sr-only"> {day ?? t.succeeded}</span></> : [many && result.state === 'filtered' ? fill(t.stoppedOf, { n: number(result.stopped ?? 0), of: number(result.reached ?? 0) }) : stateWord(t, result), ...facts].join(' · ')}</span>
      </Badge>
    </span>
  )
}

/** stateWord names a state; of what waits, also for what. */
const stateWord = (t: TreeWords, { state, waits }: Result) => (state === 'waiting' && waits && waits !== 'retry' && waits !== 'quota' ? t[`waits_${waits}`] : t[state])

/** SumBadge counts the states inside of what is folded, the worst first. */
export function SumBadge({ sum }: { sum: [Result['state'], number][] }) {
  const t = useWords()
  const { number } = useFormat()
  const [worst] = sum
  if (!worst) return null
  const [Icon, tone] = looks[worst[0]]
  return <Badge tone={tone}><Icon size={13} strokeWidth={2} aria-hidden className="shrink-0" /><span className="truncate">{sum.map(([state, n]) => fill(t[`sum_${state}`], { n: number(n) })).join(' · ')}</span></Badge>
}

/** Runs counts them, where a card is narrow without the word. */
function Runs({ n }: { n: number }) {
  const t = useWords()
  const plural = usePlural()
  const { number } = useFormat()
  return <><span className="@max-[19rem]:hidden">{plural(t, 'runs', n)}</span><span aria-hidden className="hidden @max-[19rem]:inline">{number(n)}</span></>
}

/** Retrying counts the attempts that were made, and the time to the next one; it says why. */
function Retrying({ result: { attempts = 1, due, text }, most = 0 }: { result: Result; most?: number }) {
  const t = useWords()
  const { duration } = useFormat()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const left = due ? Math.ceil((Date.parse(due) - now) / 1000) : 0
  const counted = [attempts <= most ? `${attempts}/${most}` : fill(t.tries, { n: attempts }), left > 0 && fill(t.inTime, { time: duration(left * 1000) })].filter(Boolean).join(' ')
  return <><span className="sr-only">{t.retrying} </span>{text ? `${counted}: ${text}` : counted}</>
}
