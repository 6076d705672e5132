import { useEffect, useRef } from 'react'
import type { Step } from '../flow'
import { useStepName } from '../tree/useStepName'
import { toast } from '../ui/Toast'
import { fill } from '../words/phrase'
import type { DraftHook } from './useDraft'
import { useWords } from './words'

/** useGone closes the panel of a step that is there no more, and says so where somebody else has deleted it. */
export function useGone(open: string | undefined, step: Step | undefined, { draft }: DraftHook, close: () => void) {
  const t = useWords()
  const nameOf = useStepName()
  const last = useRef({ name: '', taken: draft.taken })
  useEffect(() => {
    if (step) last.current = { name: nameOf(step), taken: draft.taken }
  })
  useEffect(() => {
    if (step || open === undefined) return
    if (draft.taken > last.current.taken) toast(fill(t.stepGone, { name: last.current.name }), 'fail')
    close()
  }, [open, step])
}
