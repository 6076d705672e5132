import { useQuery } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'

/** useOthers counts the other runs that failed with the same error, and names them all for a replay. */
export function useOthers(run: Schemas['RunView'] | undefined) {
  const query = { flow: run?.flow ?? '', group: run?.group ?? '' }
  const { data, isFetched } = useQuery({ queryKey: ['failures', { flow: query.flow }], queryFn: () => take(api.GET('/failures', { params: { query: { flow: query.flow } } })), enabled: query.group !== '' })
  const group = data?.items.find((g) => g.group === query.group)
  return { query, others: group ? group.count - (run?.replayed_by ? 0 : 1) : 0, counted: isFetched || query.group === '' }
}
