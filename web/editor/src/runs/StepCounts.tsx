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
  const counts = [['reached', c.reached], ['passed', c.passed], ['filteredN', c.filtered], ['failedN', c.failed], ['waitingN', c.waiting], ['unknownN', c.unknown]] as const
  const tones: Record<string, string> = { failedN: 'text-fail', unknownN: 'text-warn', waitingN: 'text-wait' }
  return (
    <section aria-label={t.lastDay} className="mt-6 border-t border-line pt-4">
      <h3 className="font-medium">{t.lastDay}</h3>
      <p className="mb-3 text-secondary text-text-2">{fill(data.whole ? t.ofRuns : t.ofNewest, { n: number(data.runs) })}</p>
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3">
        {counts.map(([key, n]) => (key === 'reached' || key === 'passed' || n > 0 ? <div key={key}><dt className="text-meta text-text-2">{t[key]}</dt><dd className={`text-title font-semibold ${tones[key] ?? ''}`}>{number(n)}</dd></div> : null))}
        {c.median_ms !== null && c.median_ms !== undefined && <div><dt className="text-meta text-text-2">{t.median}</dt><dd className="text-title font-semibold">{duration(c.median_ms)}</dd></div>}
        {c.p95_ms !== null && c.p95_ms !== undefined && <div><dt className="text-meta text-text-2">{t.p95}</dt><dd className="text-title font-semibold">{duration(c.p95_ms)}</dd></div>}
      </dl>
    </section>
  )
}
