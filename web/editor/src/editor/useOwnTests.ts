import { useQuery } from '@tanstack/react-query'
import { api, take } from '../api/client'
import type { DraftHook } from './useDraft'

/** useOwnTests runs the tests that travel with the flow: by itself for each saved draft, or when it is asked to. */
export function useOwnTests({ flow, view, saving }: DraftHook, auto = true) {
  return useQuery({
    queryKey: ['tests', flow.id, view.draft_rev],
    queryFn: () => take(api.POST('/flows/{id}/tests', { params: { path: { id: flow.id } }, body: {} })),
    enabled: auto && (flow.tests?.length ?? 0) > 0 && saving === 'saved',
    staleTime: Infinity,
  })
}
