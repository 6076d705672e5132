import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { api, type Schemas, take } from './client'
import { caughtUp } from './live'

export type RunStatus = Schemas['RunView']['status']
export type DeliveryStatus = Schemas['EventView']['status']
export type HistoryQuery<Status> = { flow?: string; status?: Status; q?: string; from?: string; to?: string; group?: string; quiet?: string[] }

export const useRuns = (query: HistoryQuery<RunStatus>, on = true) =>
  useInfiniteQuery({
    enabled: on,
    queryKey: ['runs', query],
    queryFn: async ({ pageParam }) => {
      const asked = Date.now()
      return caughtUp('runs', await take(api.GET('/runs', { params: { query: { ...query, cursor: pageParam } } })), query, asked, !pageParam)
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })

export const useEvents = (query: HistoryQuery<DeliveryStatus>) =>
  useInfiniteQuery({
    queryKey: ['events', query],
    queryFn: async ({ pageParam }) => {
      const asked = Date.now()
      return caughtUp('events', await take(api.GET('/events', { params: { query: { ...query, cursor: pageParam } } })), query, asked, !pageParam)
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
