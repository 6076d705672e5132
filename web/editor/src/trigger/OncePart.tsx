import { useId } from 'react'
import type { Schemas } from '../api/client'
import { useSay } from '../words'
import { fill } from '../words/phrase'
import { useWords } from './words'

type OnceProps = { once: Schemas['OnceView']; dedupe: unknown; filtered: boolean; set: (dedupe: { key: string; for: string } | undefined) => void }

/** keyOf is the key that a flow has for what comes twice. */
export const keyOf = (dedupe: unknown) => (typeof dedupe === 'object' && dedupe !== null && 'key' in dedupe ? dedupe.key : undefined)

/** OncePart says in one line whether a flow starts for each delivery, or once for what several are about. */
export function OncePart({ once, dedupe, filtered, set }: OnceProps) {
  const t = useWords()
  const say = useSay()
  const id = useId()
  const key = keyOf(dedupe)
  const name = say(once.name)
  const chosen = key === once.key
  const option = (label: string, on: boolean, value: Parameters<typeof set>[0]) => (
    <label className={`relative cursor-pointer rounded-lg border px-3 py-1.5 has-focus-visible:outline-2 has-focus-visible:outline-accent max-[899px]:py-2.5 ${on ? 'border-accent bg-accent-soft font-medium' : 'border-line text-text-2 hover:border-edge'}`}>
      <input type="radio" name={id} className="sr-only" checked={on} aria-describedby={`${id}-help`} onChange={() => set(value)} />{label}
    </label>
  )
  return (
    <div data-field="once" role="radiogroup" aria-labelledby={id} className="min-w-0">
      <div className="flex flex-wrap items-center gap-2">
        <span id={id} className="mr-1 font-medium">{t.once}</span>
        {option(t.onceDelivery, key === undefined, undefined)}
        {option(name, chosen, { key: once.key, for: '90d' })}
      </div>
      <p id={`${id}-help`} className="mt-1 text-meta text-text-3">{chosen ? `${fill(t.onceHelp, { name })} ${filtered ? t.onceFiltered : t.onceAny}` : key === undefined ? t.onceDeliveryHelp : t.onceOwn}</p>
    </div>
  )
}
