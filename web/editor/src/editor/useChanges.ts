import { useQuery } from '@tanstack/react-query'
import { api, take } from '../api/client'
import type { DraftHook } from './useDraft'

/** useDiff gives what would change by publishing, as data and as sentences. */
export function useDiff({ view, flow }: Pick<DraftHook, 'view' | 'flow'>) {
  return useQuery({
    queryKey: ['diff', flow.id, view.draft_rev, view.published_rev],
    queryFn: () => take(api.GET('/flows/{id}/diff', { params: { path: { id: flow.id } } })),
    enabled: view.changed,
    placeholderData: (old) => old,
    staleTime: Infinity,
  })
}

/** useChanges counts them. */
export function useChanges(draft: DraftHook): number | undefined {
  const diff = useDiff(draft)
  return draft.view.published_rev > 0 && draft.view.changed ? diff.data?.changes.length : undefined
}
