import { useQuery } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { documentOf, find } from '../flow'
import { useStepName } from '../tree/useStepName'
import { stepOfPath } from './paths'

/** useRunNames names the steps of a run as its own revision does. */
export function useRunNames(id?: string) {
  const name = useStepName()
  const run = useQuery({ queryKey: ['run', id], enabled: id !== undefined, queryFn: () => take(api.GET('/runs/{id}', { params: { path: { id: id ?? '' } } })) }).data
  const path = { id: run?.flow ?? '', rev: run?.revision ?? 0 }
  const { data } = useQuery({ queryKey: ['revision', path.id, path.rev], enabled: path.rev > 0, staleTime: Infinity, queryFn: () => take(api.GET('/flows/{id}/revisions/{rev}', { params: { path } })) })
  return (at: string) => {
    const { step: id } = stepOfPath(at)
    const step = data && find(documentOf(data), id)
    return step ? name(step) : id
  }
}
