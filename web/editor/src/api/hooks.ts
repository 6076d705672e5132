import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { api, type Schemas, take } from './client'
import { useStayingOf } from './leaving'
import { liveState, onLive, watchLive } from './live'
import { renew } from './renew'
import { whole } from './whole'

export const useSession = () => useQuery({ queryKey: ['session'], queryFn: () => take(api.GET('/session')), staleTime: 60_000 })

const flowsQuery = (q: string) => ({ queryKey: ['flows', q], queryFn: () => whole((at) => take(api.GET('/flows', { params: { query: { ...at, q } } }))), placeholderData: keepPreviousData })

const asFlow = (f: { id: string }) => `flow ${f.id}`

/** useFlows are the flows to list and to choose from: none that is being deleted. */
export const useFlows = (q: string) => useQuery({ ...flowsQuery(q), select: useStayingOf<Schemas['FlowItem']>(asFlow) })

/** useNamedFlows are all flows, for the names of what runs and events belong to. */
export const useNamedFlows = () => useQuery(flowsQuery(''))

export const flowQuery = (id: string) => ({ queryKey: ['flow', id], queryFn: () => take(api.GET('/flows/{id}', { params: { path: { id } } })), staleTime: Infinity })

export const actionsQuery = { queryKey: ['actions'], queryFn: () => take(api.GET('/actions')), staleTime: Infinity }

export const triggersQuery = { queryKey: ['triggers'], queryFn: () => take(api.GET('/triggers')), staleTime: Infinity }

export const presetsQuery = { queryKey: ['presets'], queryFn: () => take(api.GET('/presets')), staleTime: Infinity }

export const useFlow = (id: string) => useQuery(flowQuery(id))

export const useActions = () => useQuery(actionsQuery)

export const useTriggers = () => useQuery(triggersQuery)

export const useKinds = () => useQuery({ queryKey: ['kinds'], queryFn: () => take(api.GET('/connection-kinds')), staleTime: Infinity })

const useConnectionsQuery = () => ({ queryKey: ['connections'], enabled: useSession().data?.role !== 'viewer', queryFn: () => whole((query) => take(api.GET('/connections', { params: { query } }))) })

const asConnection = (c: { name: string }) => `connection ${c.name}`

/** useConnections are the connections to list and to choose from: none that is being deleted. */
export const useConnections = () => useQuery({ ...useConnectionsQuery(), select: useStayingOf<Schemas['ConnectionView']>(asConnection) })

/** useNamedConnections are all connections, for the names that are taken. */
export const useNamedConnections = () => useQuery(useConnectionsQuery())

export const useSamples = (id: string) => useQuery({ queryKey: ['samples', id], queryFn: () => take(api.GET('/flows/{id}/samples', { params: { path: { id }, query: { limit: 10 } } })) })

export const useRun = (id: string) => useQuery({ queryKey: ['run', id], queryFn: () => take(api.GET('/runs/{id}', { params: { path: { id } } })) })

/** useLive refreshes what a screen shows, of one flow or of all, as the server says that it changed. */
export function useLive(keys: string[], flow?: string) {
  const queries = useQueryClient()
  const joined = keys.join()
  useEffect(() => {
    const refresh = (data: unknown, keys: string[]) => {
      const { flow: of, id } = data as { flow?: string; id?: string }
      if (flow && of !== flow && id !== flow) return
      for (const key of keys) renew(queries, [key])
    }
    const all = joined.split(',')
    const ofRuns = all.filter((key) => key !== 'flow') // no run changes a flow
    const ends = [onLive('run', (data) => refresh(data, ofRuns)), onLive('event', (data) => refresh(data, ofRuns)), onLive('flow', (data) => refresh(data, all))]
    return () => ends.forEach((end) => end())
  }, [queries, joined, flow])
}

export const usePresets = () => useQuery(presetsQuery)

export const useLiveState = () => useSyncExternalStore(watchLive, liveState)

export const useStats = () => useQuery({ queryKey: ['stats'], queryFn: () => take(api.GET('/stats')), refetchInterval: 60_000 })

export const useLedger = () => useQuery({ queryKey: ['ledger'], queryFn: () => take(api.GET('/ledger')) })

export const useAlerts = () => useQuery({ queryKey: ['alerts'], queryFn: () => take(api.GET('/alerts', { params: { query: { open: true, limit: 20 } } })) })

export const useAlertSettings = (enabled = true) => useQuery({ queryKey: ['alert-settings'], queryFn: () => take(api.GET('/alerts/settings')), enabled })

export const useAbout = () => useQuery({ queryKey: ['about'], queryFn: () => take(api.GET('/about')) })
