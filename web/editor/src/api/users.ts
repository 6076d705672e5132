import { useQuery } from '@tanstack/react-query'
import { api, take } from './client'
import { whole } from './whole'

/** useUsers lists everybody who has a way in; admins alone may. */
export const useUsers = (on = true) => useQuery({ queryKey: ['users'], enabled: on, queryFn: () => whole((query) => take(api.GET('/users', { params: { query } }))) })
