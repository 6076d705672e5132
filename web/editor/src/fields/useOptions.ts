import { useEffect } from 'react'
import { useQuery } from '@tanstack/react-query'
import { askOptions } from '../api/expression'
import { useActions } from '../api/hooks'
import { useDesk } from '../data/desk'
import { useSay } from '../words'
import { fill } from '../words/phrase'
import type { ControlProps } from './Control'
import { keepNames } from './named'
import { useWords } from './words'

/** useOptions reads the options of a field from the provider through the connection; the last list stays when it is away. none says why there are none, again is how to ask anew. */
export function useOptions({ field, siblings = {}, connection }: ControlProps) {
  const t = useWords()
  const say = useSay()
  const desk = useDesk()
  const action = desk.step?.action ?? ''
  const fields = useActions().data?.items.find((a) => a.kind === action)?.fields
  const needs = (field.needs ?? []).filter((n) => n !== 'connection')
  const lacking = needs.filter((n) => (siblings[n] ?? '') === '')
  const ready = connection !== undefined && lacking.length === 0
  const input = Object.fromEntries(needs.map((n) => [n, siblings[n]]))
  const list = useQuery({
    queryKey: ['options', action, field.id, connection ?? '', JSON.stringify(input)],
    queryFn: ({ signal }) => askOptions(action, field.id, { connection, input }, signal),
    enabled: ready, staleTime: 300_000, retry: false,
  })
  const items = list.data?.items
  useEffect(() => { if (items) keepNames(action, field.id, connection, items) }, [items, action, field.id, connection])
  const called = (id: string) => { const f = fields?.find((x) => x.id === id); return f ? say(f.label) : id }
  const none = connection === undefined ? t.optionsConnection : lacking.length > 0 ? fill(t.optionsNeed, { fields: lacking.map(called).join(', ') }) : list.isFetching ? t.optionsLoading : list.isError ? list.error.message || t.optionsFailed : undefined
  return {
    options: (items ?? []).map((o) => ({ value: o.value, label: o.label || o.value, hint: o.label && o.label !== o.value ? o.value : undefined })),
    none, stale: list.isError && items !== undefined, busy: list.isFetching, again: ready ? () => void list.refetch() : undefined,
  }
}
