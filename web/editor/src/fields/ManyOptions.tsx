import { X } from 'lucide-react'
import { fill } from '../words/phrase'
import { Combo } from './Combo'
import type { ControlProps } from './Control'
import { Reload } from './LiveOptions'
import { useOptions } from './useOptions'
import { useWords } from './words'

/** ManyOptions chooses several of the options that the provider has, or takes what is typed. What no option has stays until it is removed. */
export function ManyOptions(props: ControlProps) {
  const { field, value, set, id, invalid } = props
  const t = useWords()
  const { options, none, stale, busy, again } = useOptions(props)
  const chosen: unknown[] = Array.isArray(value) ? value : value === undefined || value === null || value === '' ? [] : [value]
  const texts = chosen.map(String)
  const put = (next: unknown[]) => set(next.length === 0 ? undefined : next)
  const remove = (i: number) => {
    put(chosen.filter((_, n) => n !== i))
    document.getElementById(`${id}-control`)?.focus()
  }
  const back = (e: React.KeyboardEvent) => {
    const box = e.target
    if (e.key === 'Backspace' && box instanceof HTMLInputElement && box.value === '' && chosen.length > 0) remove(chosen.length - 1)
  }
  return (
    <div onKeyDown={back}>
      {texts.length > 0 && (
        <ul aria-labelledby={`${id}-label`} className="mb-1.5 flex flex-wrap gap-1.5">
          {texts.map((v, i) => {
            const label = options.find((o) => o.value === v)?.label ?? v
            return (
              <li key={v} className="flex min-w-0 items-center rounded-md bg-accent-soft pl-2 text-xs font-medium text-accent">
                <span className="min-w-0 truncate">{label}</span>
                <button type="button" aria-label={fill(t.removeChosen, { name: label })} className="grid size-6 shrink-0 place-items-center rounded-md hover:bg-surface pointer-coarse:size-11" onClick={() => remove(i)}><X size={13} aria-hidden /></button>
              </li>
            )
          })}
        </ul>
      )}
      <Combo id={`${id}-control`} labelledBy={`${id}-label`} options={options.filter((o) => !texts.includes(o.value))} value="" set={(v) => { if (v !== '' && !texts.includes(v)) put([...chosen, v]) }} custom invalid={invalid} placeholder={texts.length > 0 ? t.addAnother : field.placeholder || t.choose} none={none} footer={again && <Reload {...{ busy, again }} />} />
      {stale && <p className="mt-1 text-xs text-warn">{t.optionsOffline}</p>}
    </div>
  )
}
