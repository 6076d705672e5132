import { useMemo } from 'react'
import { type Flow, type Step, walk } from '../flow'
import { useStepName } from '../tree/useStepName'

/** useNamesIn tells the steps of a flow apart: those that have no name and do the same have their ids beside it, as in what changes. */
export function useNamesIn(flow: Flow) {
  const name = useStepName()
  const unnamed = useMemo(() => {
    const times = new Map<string, number>()
    walk(flow.steps, (s) => { if (!s.name) times.set(s.action, (times.get(s.action) ?? 0) + 1) })
    return times
  }, [flow])
  return (step: Step) => (!step.name && (unnamed.get(step.action) ?? 0) > 1 ? `${name(step)} (${step.id})` : name(step))
}
