import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { api, take } from './client'

export type HistoryQuery = { flow?: string; status?: string; q?: string; from?: string; to?: string; group?: string; quiet?: string[] }

export const useRuns = (query: HistoryQuery, on = true) =>
  useInfiniteQuery({
    enabled: on,
    queryKey: ['runs', query],
    queryFn: ({ pageParam }) => take(api.GET('/runs', { params: { query: { ...query, cursor: pageParam } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })

export const useEvents = (query: HistoryQuery) =>
  useInfiniteQuery({
    queryKey: ['events', query],
    queryFn: ({ pageParam }) => take(api.GET('/events', { params: { query: { ...query, cursor: pageParam } } })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
