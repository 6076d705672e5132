import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { askOptions } from '../api/expression'
import { useDesk } from '../data/desk'
import { Button } from '../ui/basics'
import { Combo } from './Combo'
import type { ControlProps } from './Control'
import { fill } from '../words/phrase'
import { useWords } from './words'

/** LiveOptions are read from the provider through the connection; the last list stays when it is away. */
export function LiveOptions({ field, value, set, id, invalid, siblings = {}, connection, focus }: ControlProps) {
  const t = useWords()
  const desk = useDesk()
  const needs = (field.needs ?? []).filter((n) => (n === 'connection' ? !connection : siblings[n] === undefined || siblings[n] === ''))
  const input = Object.fromEntries((field.needs ?? []).map((n) => [n, siblings[n]]))
  const list = useQuery({
    queryKey: ['options', desk.step?.action ?? '', field.id, connection ?? '', JSON.stringify(input)],
    queryFn: ({ signal }) => askOptions(desk.step?.action ?? '', field.id, { connection, input }, signal),
    enabled: needs.length === 0 && connection !== undefined, staleTime: 300_000, retry: false,
  })
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
  const options = (list.data?.items ?? []).map((o) => ({ value: o.value, label: o.label || o.value, hint: o.label && o.label !== o.value ? o.value : undefined }))
  const none = needs.length > 0 ? fill(t.optionsNeed, { fields: needs.join(', ') }) : list.isFetching ? t.optionsLoading : list.isError ? list.error.message || t.optionsFailed : undefined
  return (
    <>
      <Combo id={`${id}-control`} labelledBy={`${id}-label`} options={options} value={text} set={(v) => set(v === '' ? undefined : v)} custom invalid={invalid} placeholder={field.placeholder || t.choose} focus={focus} none={none}
        footer={connection && needs.length === 0 && <Button look="quiet" className="h-8! w-full text-[13px]" onClick={() => void list.refetch()}><RefreshCw size={14} aria-hidden className={list.isFetching ? 'animate-spin' : ''} />{t.refresh}</Button>} />
      {list.isError && list.data && <p className="mt-1 text-xs text-warn">{t.optionsOffline}</p>}
    </>
  )
}
