import type { Schemas } from '../api/client'
import { useStepCounts } from '../api/stepCounts'
import { usePlural } from '../words/phrase'
import { useWords } from './runWords'

/** StepFoot says under a card how many runs of the last day took the step, and how it went. */
export function StepFoot({ flow, path, run }: { flow: string; path: string; run: Schemas['RunView'] }) {
  const t = useWords()
  const plural = usePlural()
  const { data, of } = useStepCounts(flow)
  const c = of(path)
  const before = run.steps?.some((s) => s.path === path && s.done_by)
  if (before) return <span className="mt-1.5 block text-meta text-text-2">{t.doneBefore}</span>
  if (!data) return <span className="mt-1.5 block h-4" />
  if (!c || c.reached === 0) return null
  const bad = [['footFailed', c.failed, 'text-fail'], ['footFiltered', c.filtered, ''], ['footWaiting', c.waiting, 'text-wait'], ['footUnknown', c.unknown, 'text-warn']] as const
  return (
    <span className="mt-1.5 flex flex-wrap gap-x-2 text-meta text-text-3" data-tip={t.lastDay}>
      <span>{plural(t, /\.\d+\./.test(path) ? 'footTimes' : 'footReached', c.reached)}</span>
      {bad.map(([key, n, tone]) => n > 0 && <span key={key} className={tone}>{plural(t, key, n)}</span>)}
    </span>
  )
}
