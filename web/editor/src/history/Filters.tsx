import { type ReactNode, useEffect, useRef, useState } from 'react'
import { LoaderCircle, X } from 'lucide-react'
import { useFlows } from '../api/hooks'
import { Button } from '../ui/Button'
import { Field } from '../ui/Field'
import { inputLook, SearchInput } from '../ui/Input'
import { Select } from '../ui/Select'
import { useMedia } from '../ui/useMedia'
import { useStatusWord } from '../ui/Status'
import type { Filter } from './useFilter'
import { useWords } from './words'

type FiltersProps = { filter: Filter; statuses?: readonly string[]; events?: boolean; failures?: boolean; busy?: boolean; children?: ReactNode }

/** Filters narrow a list of runs or events; they stand in the address. */
export function Filters({ filter, statuses, events, failures = false, busy = false, children }: FiltersProps) {
  const t = useWords()
  const word = useStatusWord(events)
  const flows = useFlows('')
  const { at, set } = filter
  const gone = at('flow') !== '' && flows.isSuccess && !flows.data.items.some((f) => f.id === at('flow'))
  const [between, setBetween] = useState(at('from') !== '' || at('to') !== '')
  const narrow = useMedia('(max-width: 639px)') // where three words stand in one line
  const spans = [['', narrow ? t.time : t.anyTime], ['1h', t.lastHour], ['24h', t.lastDay], ['7d', t.lastWeek], ['30d', t.lastMonth], ['between', t.between]] as const
  const choose = (span: string) => {
    setBetween(span === 'between')
    set({ since: span === 'between' ? '' : span, from: '', to: '' })
  }
  return (
    <div className="mb-4 flex flex-wrap items-end gap-2">
      {!failures && <Value filter={filter} busy={busy} />}
      <div className="flex gap-2 max-sm:w-full max-sm:*:flex-1 max-sm:*:basis-0">
        <Select quiet label={t.flow} value={at('flow')} set={(flow) => set({ flow })} className="max-w-56" options={[{ value: '', label: narrow ? t.flow : t.allFlows }, ...(flows.data?.items ?? []).map((f) => ({ value: f.id, label: f.name || f.id, ...(f.name && f.name !== f.id && { hint: f.id }) })), ...(gone ? [{ value: at('flow'), label: at('flow') }] : [])]} />
        {!failures && statuses && <Select quiet label={t.status} value={at('status')} set={(status) => set({ status })} options={[{ value: '', label: narrow ? t.status : t.allStatuses }, ...statuses.map((s) => ({ value: s, label: word(s) }))]} />}
        <Select quiet label={t.time} value={between ? 'between' : at('since')} set={choose} options={spans.map(([value, label]) => ({ value, label }))} />
      </div>
      {between && (
        <>
          <Field label={t.from}><input type="datetime-local" className={`${inputLook} h-9`} value={at('from')} onChange={(e) => set({ from: e.target.value })} /></Field>
          <Field label={t.to}><input type="datetime-local" className={`${inputLook} h-9`} value={at('to')} onChange={(e) => set({ to: e.target.value })} /></Field>
        </>
      )}
      {children}
      {filter.filtered && <Button look="quiet" onClick={() => { setBetween(false); filter.clear() }}><X size={15} aria-hidden />{t.clear}</Button>}
    </div>
  )
}

/** Value searches a moment after the last key. */
function Value({ filter, busy }: { filter: Filter; busy: boolean }) {
  const t = useWords()
  const wanted = filter.at('q')
  const [text, setText] = useState(wanted)
  const [seen, setSeen] = useState(wanted)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  if (wanted !== seen) {
    setSeen(wanted)
    setText(wanted)
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  const change = (value: string) => {
    setText(value)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => { setSeen(value); filter.set({ q: value }) }, 300)
  }
  const now = () => {
    clearTimeout(timer.current)
    setSeen(text)
    filter.set({ q: text })
  }
  return (
    <span className="relative w-full sm:w-72">
      <SearchInput label={t.findValue} data-tip={t.findHelp} value={text} set={change} onKeyDown={(e) => { if (e.key === 'Enter') now() }} className="w-full" />
      {(busy || text !== wanted) && <LoaderCircle size={15} aria-label={t.searching} className="absolute top-1/2 right-3 -mt-[7px] animate-spin text-accent" />}
    </span>
  )
}
