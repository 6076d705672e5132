import { useCallback } from 'react'
import { useActions } from '../api/hooks'
import type { IsExpression } from '../tree/changes'

/** useIsExpression says of the fields of all actions whether they hold an expression. */
export function useIsExpression(): IsExpression {
  const actions = useActions().data?.items
  return useCallback((kind, field) => ['expression', 'condition'].includes(actions?.find((a) => a.kind === kind)?.fields.find((f) => f.id === field)?.type ?? ''), [actions])
}
