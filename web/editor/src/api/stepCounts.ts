import { useQuery } from '@tanstack/react-query'
import { api, type Schemas, take } from './client'

/** anyTurn is the path of a step in whatever turn of its loops, as counts name it. */
const anyTurn = (path: string) => path.replace(/\.\d+(?=\.)/g, '.*')

const often = (counts?: Schemas['StepCounts']) => Object.values(counts?.steps ?? {}).some((c) => c.reached > 100)

/** useStepCounts gives how the steps of a flow fared in all runs of the last day, and again soon after it ran, later where it runs often; of says one by its path in a run. */
export function useStepCounts(flow: string, on = true) {
  const { data } = useQuery({ queryKey: ['step-counts', flow], enabled: on, queryFn: () => take(api.GET('/flows/{id}/steps', { params: { path: { id: flow } } })), staleTime: 30_000, refetchInterval: ({ state }) => state.isInvalidated && (often(state.data) ? 30_000 : 2_000) })
  return { data, of: (path: string) => data?.steps[anyTurn(path)] }
}
