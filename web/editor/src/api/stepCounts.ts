import { useQuery } from '@tanstack/react-query'
import { api, take } from './client'

/** anyTurn is the path of a step in whatever turn of its loops, as counts name it. */
const anyTurn = (path: string) => path.replace(/\.\d+(?=\.)/g, '.*')

/** useStepCounts gives how the steps of a flow fared in all runs of the last day, and again soon after it ran; of says one by its path in a run. */
export function useStepCounts(flow: string, on = true) {
  const { data } = useQuery({ queryKey: ['step-counts', flow], enabled: on, queryFn: () => take(api.GET('/flows/{id}/steps', { params: { path: { id: flow } } })), staleTime: 30_000, refetchInterval: ({ state }) => state.isInvalidated && 10_000 })
  return { data, of: (path: string) => data?.steps[anyTurn(path)] }
}
