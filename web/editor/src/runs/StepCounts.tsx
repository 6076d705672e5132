import { useStepCounts } from '../api/stepCounts'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { useWords } from './runWords'

/** StepCounts says how a step fared in all runs of the last day. */
export function StepCounts({ flow, path }: { flow: string; path: string }) {
  const t = useWords()
  const { number, duration } = useFormat()
  const { data, of } = useStepCounts(flow)
  const c = of(path)
  if (!data || !c) return null
  const times = c.passed > 0 ? [['median', c.median_ms], ['p95', c.p95_ms]] as const : []
  const all = [['reached', c.reached], ['passed', c.passed], ['filteredN', c.filtered], ['failedN', c.failed], ['waitingN', c.waiting], ['unknownN', c.unknown]] as const
  const counts = all.filter(([key, n]) => key === 'reached' || key === 'passed' || n > 0)
  const shown = counts.length + times.filter(([, ms]) => ms !== null && ms !== undefined).length
  const tones: Record<string, string> = { failedN: 'text-fail', unknownN: 'text-warn', waitingN: 'text-wait' }
  return (
    <section aria-label={t.lastDay} className="mt-6 border-t border-line pt-4">
      <h3 className="font-medium">{t.lastDay}</h3>
      <p className="mb-3 text-secondary text-text-2">{fill(data.whole ? t.ofRuns : t.ofNewest, { n: number(data.runs) })}</p>
      <dl className={`grid gap-x-4 gap-y-3 ${shown === 4 ? 'grid-cols-2' : 'grid-cols-3'}`}>
        {counts.map(([key, n]) => <div key={key}><dt className="text-meta text-text-2">{t[key]}</dt><dd className={`text-title font-semibold ${tones[key] ?? ''}`}>{number(n)}</dd></div>)}
        {times.map(([key, ms]) => (ms === null || ms === undefined ? null : <div key={key}><dt className="text-meta text-text-2">{t[key]}</dt><dd className="text-title font-semibold">{duration(ms)}</dd></div>))}
      </dl>
    </section>
  )
}
