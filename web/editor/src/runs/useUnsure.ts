import { useEffect } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Schemas } from '../api/client'
import { onLive } from '../api/live'
import { renew } from '../api/renew'
import { unsureOf } from './settling'

export type UnsureQuery = Omit<Schemas['RunQuery'], 'status'>

/** useUnsure finds the runs that stand because nobody knows whether something happened; it looks again when one comes to stand so, or goes on. */
export function useUnsure(given: UnsureQuery, on = true) {
  const queries = useQueryClient()
  const query = { ...given, status: 'unknown' as const }
  const found = useQuery({ queryKey: ['unsure', query], enabled: on, queryFn: () => unsureOf({ query }) })
  const { data } = found
  useEffect(() => onLive('run', (news) => {
    const run = news as Schemas['RunView']
    if (run.status === 'unknown' || data?.items.some((item) => item.run === run.id)) renew(queries, ['unsure'])
  }), [queries, data])
  return { ...found, query }
}
