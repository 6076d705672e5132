import { CloudDownload } from 'lucide-react'
import type { Schemas } from '../api/client'
import { ResultBadge } from '../tree/ResultBadge'
import { resultOf } from '../tree/results'
import { troubleOf } from './paths'
import { useWords } from './runWords'
import { Ticked } from '../ui/Ticked'

/** fetchOf is the step that asks the provider for the whole event, if the run has one. */
export const fetchOf = (run: Schemas['RunView']) => run.steps?.find((s) => s.path === 'trigger.resource')

/** Fetched is that step, drawn where it happens: at the trigger, before all others. */
export function Fetched({ step: s }: { step: Schemas['StepView'] }) {
  const t = useWords()
  const error = s.error ?? (s.status === 'succeeded' ? undefined : s.attempts.at(-1)?.error)
  const trouble = error && troubleOf(error, s)
  const tone = s.status === 'failed' ? 'text-fail' : 'text-text-2'
  return (
    <div role="none" className="mt-2.5 border-t border-line pt-2">
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-secondary">
        <CloudDownload size={15} strokeWidth={1.75} aria-hidden className="shrink-0 text-accent" />
        <span className="min-w-0 flex-1 basis-40 break-words">{t.resource}</span>
        <ResultBadge result={resultOf(s, 0)} />
      </span>
      {trouble && <span className={`mt-0.5 block pl-[23px] text-secondary break-words ${tone}`}><Ticked text={trouble.said} /></span>}
    </div>
  )
}
