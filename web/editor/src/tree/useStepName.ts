import { useCallback } from 'react'
import { useActions } from '../api/hooks'
import { useSay } from '../words'

/** useStepName gives what a step is called on every screen: its own name, else what it does. */
export function useStepName() {
  const say = useSay()
  const actions = useActions().data?.items
  return useCallback((step: { name?: string; action: string }) => {
    const action = actions?.find((a) => a.kind === step.action)
    return step.name || (action ? say(action.title) : step.action)
  }, [actions, say])
}
