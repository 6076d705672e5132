import { useQuery } from '@tanstack/react-query'
import { api, take } from '../api/client'

/** useFlowStats gives the counts of a flow's events. */
export function useFlowStats(flow: string) {
  const { data } = useQuery({ queryKey: ['stats'], queryFn: () => take(api.GET('/stats')) })
  return data?.flows[flow]
}
