import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { api, take } from './client'
import { caughtUp } from './live'

export type HistoryQuery = { flow?: string; status?: string; q?: string; from?: string; to?: string; group?: string; quiet?: string[] }

export const useRuns = (query: HistoryQuery, on = true) =>
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

export const useEvents = (query: HistoryQuery) =>
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
