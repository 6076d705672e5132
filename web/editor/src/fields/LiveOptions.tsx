import { RefreshCw } from 'lucide-react'
import { Button } from '../ui/basics'
import { Combo } from './Combo'
import type { ControlProps } from './Control'
import { useOptions } from './useOptions'
import { useWords } from './words'

/** LiveOptions chooses one of the options that the provider has, or takes what is typed. */
export function LiveOptions(props: ControlProps) {
  const { field, value, set, id, invalid } = props
  const t = useWords()
  const { options, none, stale, busy, again } = useOptions(props)
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
  return (
    <>
      <Combo id={`${id}-control`} labelledBy={`${id}-label`} options={options} value={text} set={(v) => set(v === '' ? undefined : v)} custom invalid={invalid} placeholder={field.placeholder || t.choose} none={none} footer={again && <Reload {...{ busy, again }} />} />
      {stale && <p className="mt-1 text-xs text-warn">{t.optionsOffline}</p>}
    </>
  )
}

/** Reload reads the options again. */
export function Reload({ busy, again }: { busy: boolean; again: () => void }) {
  const t = useWords()
  return <Button look="quiet" className="h-8! w-full text-[13px]" onClick={again}><RefreshCw size={14} aria-hidden className={busy ? 'animate-spin' : ''} />{t.refresh}</Button>
}
