import { useId, useState } from 'react'
import { FieldRow } from '../fields/FieldRow'
import { useSay } from '../words'
import { type FieldsProps, valueIn } from './StepSetup'
import { below } from './where'

/** shortNames leaves out the word that all names of a group begin or end with: of Corpo JSON and Corpo de texto, JSON and Texto. */
function shortNames(names: string[]): string[] {
  const words = names.map((n) => n.split(' '))
  const same = (at: number) => names.length > 1 && words.every((w) => w.length > 1 && w.at(at) === words[0]?.at(at))
  const short = words.map((w) => (same(0) ? w.slice(1) : same(-1) ? w.slice(0, -1) : w).join(' ').replace(/^d[eoa]s? /, ''))
  return short.map((n) => n.charAt(0).toUpperCase() + n.slice(1))
}

/** OneOf is a group of which one field may be filled in: a choice, and the field that was chosen. */
export function OneOf({ fields, step, problems, pointer, setField }: FieldsProps) {
  const say = useSay()
  const id = useId()
  const set = fields.find((f) => valueIn(step.with, f.id) !== undefined)
  const [chosen, setChosen] = useState(set?.id ?? fields[0]?.id)
  const field = fields.find((f) => f.id === (set?.id ?? chosen)) ?? fields[0]
  if (!field) return null
  const names = shortNames(fields.map((f) => say(f.label)))
  const choose = (next: string) => {
    if (set && set.id !== next) setField(set.id, undefined)
    setChosen(next)
  }
  return (
    <div className="space-y-2">
      {fields.length > 1 && (
        <div role="radiogroup" aria-label={fields.map((f) => say(f.label)).join(', ')} className="flex flex-wrap gap-0.5 rounded-lg bg-sunken p-0.5">
          {fields.map((f, i) => (
            <label key={f.id} className={`flex-1 cursor-pointer rounded-md px-2 py-1 text-center text-secondary whitespace-nowrap has-focus-visible:outline-2 has-focus-visible:outline-accent max-[899px]:py-2 ${f === field ? 'bg-surface font-medium shadow-card' : 'text-text-2 hover:text-text'}`}>
              <input type="radio" name={id} className="sr-only" checked={f === field} onChange={() => choose(f.id)} />{names[i]}
            </label>
          ))}
        </div>
      )}
      <FieldRow key={field.id} field={field} value={valueIn(step.with, field.id)} set={(v) => setField(field.id, v)} problems={below(problems, `${pointer}/with/${field.id}`)} siblings={step.with} connection={step.connection} />
    </div>
  )
}
