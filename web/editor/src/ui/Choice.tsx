import { useId } from 'react'

type ChoiceProps<V extends string> = { label: string; value: V; set: (value: V) => void; options: { value: V; label: string; help?: string }[] }

/** Choice shows a few ways side by side, each with what it means. */
export function Choice<V extends string>({ label, value, set, options }: ChoiceProps<V>) {
  const name = useId()
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium">{label}</legend>
      <div className={`grid gap-2 ${options.length === 3 ? 'sm:grid-cols-3' : 'sm:grid-cols-2'}`}>
        {options.map((o) => (
          <label key={o.value} className={`flex cursor-pointer gap-2.5 rounded-xl border p-3 transition-colors duration-120 has-focus-visible:outline-2 has-focus-visible:outline-accent ${o.value === value ? 'border-accent bg-accent-soft' : 'border-line hover:border-edge'}`}>
            <input type="radio" name={name} value={o.value} checked={o.value === value} onChange={() => set(o.value)} className="mt-0.5 size-4 shrink-0 accent-accent" />
            <span><span className="block font-medium">{o.label}</span>{o.help && <span className="block text-secondary text-text-2">{o.help}</span>}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
