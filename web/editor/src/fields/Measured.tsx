import { hidden } from '../data/hide'
import { useSwitch } from '../data/switch'
import { useLang } from '../words'
import { fill } from '../words/phrase'
import type { Field } from './check'
import { phoneE164, smsParts } from './locale'
import { useWords } from './words'

/** Measured tells of what a field holds, or would with the chosen event, how long it is, and how a phone is written for machines. */
export function Measured({ field, value, seen }: { field: Field; value: unknown; /** the value is an event's */ seen: boolean }) {
  const { revealed } = useSwitch()
  if (typeof value !== 'string' && typeof value !== 'number') return null
  if (field.type !== 'phone') return <Length field={field} text={String(value)} />
  const normal = phoneE164(String(value))
  return normal ? <p className="mt-1 text-xs text-text-2"><code>{seen && !revealed ? hidden(normal) : normal}</code></p> : null
}

function Length({ field, text }: { field: Field; text: string }) {
  const t = useWords()
  const { lang } = useLang()
  const length = [...text].length
  const n = field.max === undefined ? length.toLocaleString(lang) : `${length.toLocaleString(lang)}/${field.max.toLocaleString(lang)}`
  return <p className={`mt-1 text-right text-xs ${field.max !== undefined && length > field.max ? 'text-fail' : 'text-text-3'}`}>{fill(field.sms ? t.segments : t.characters, { n, parts: smsParts(text) })}</p>
}
