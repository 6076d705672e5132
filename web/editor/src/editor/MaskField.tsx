import { useId, useMemo } from 'react'
import { EyeOff, Plus, X } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { askSchema } from '../api/expression'
import { Combo } from '../fields/Combo'
import { friendly, segments } from '../fields/template'
import { IconButton } from '../ui/basics'
import { inWords } from '../words/path'
import { fill } from '../words/phrase'
import { useWords } from './settingsWords'

type MaskProps = { flow: string; value: string[]; set: (value: string[] | undefined) => void; problem?: string }

// pointerTo writes a counted path of the body as a pointer: in trigger.body.items[].sku each element is a star.
const pointerTo = (path: string) => segments(path).slice(2).map((s) => `/${s === '[]' ? '*' : s.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const namesIn = (pointer: string) => pointer.split('/').slice(1).map((s) => (s === '*' ? '[]' : s.replaceAll('~1', '/').replaceAll('~0', '~')))

const personal = /^(cpf|cnpj|document|documento|e-?mail|phone|telefone|celular|mobile|whatsapp|rg|birth.*|nascimento|address|endereco|card.*)$/i

/** MaskField chooses what of the body is hidden in the history: from what the events hold, or by a pointer. */
export function MaskField({ flow, value, set, problem }: MaskProps) {
  const t = useWords()
  const id = useId()
  const schema = useQuery({ queryKey: ['schema', flow, ''], queryFn: ({ signal }) => askSchema(flow, undefined, signal) })
  const fields = useMemo(() => (schema.data?.fields ?? []).filter((f) => f.path.startsWith('trigger.body.') || f.path.startsWith('trigger.body[')).map((f) => ({ value: pointerTo(f.path), label: f.label || friendly(f.path), leaf: f.type !== 'object' && f.type !== 'list', name: segments(f.path).filter((s) => s !== '[]').at(-1) ?? '' })), [schema.data])
  const nameOf = (pointer: string) => fields.find((f) => f.value === pointer)?.label ?? inWords(['trigger', 'body', ...namesIn(pointer)])
  const add = (pointer: string) => {
    const plain = pointer.trim().startsWith('/') ? pointer.trim() : `/${pointer.trim().replaceAll('.', '/')}`
    if (plain !== '/' && !value.includes(plain)) set([...value, plain])
  }
  const hidden = (pointer: string) => value.some((v) => pointer === v || pointer.startsWith(`${v}/`))
  const likely = fields.filter((f) => f.leaf && personal.test(f.name) && !hidden(f.value)).slice(0, 5)
  return (
    <div data-field="mask" role="group" aria-labelledby={`${id}-label`}>
      <label id={`${id}-label`} htmlFor={`${id}-control`} className="mb-1 block font-medium">{t.mask}</label>
      {value.length > 0 && (
        <ul className="mb-1.5 space-y-1">
          {value.map((pointer) => (
            <li key={pointer} className="flex min-h-9 items-center gap-2 rounded-lg bg-sunken pl-3">
              <EyeOff size={15} strokeWidth={1.75} aria-hidden className="shrink-0 text-text-2" />
              <span className="min-w-0 flex-1 truncate">{nameOf(pointer)} <code className="text-meta text-text-2">{pointer}</code></span>
              <IconButton label={fill(t.unmask, { name: nameOf(pointer) })} className="size-8!" onClick={() => { const next = value.filter((v) => v !== pointer); set(next.length ? next : undefined) }}><X size={15} aria-hidden /></IconButton>
            </li>
          ))}
        </ul>
      )}
      <Combo id={`${id}-control`} labelledBy={`${id}-label`} options={fields.filter((f) => !value.includes(f.value)).map((f) => ({ value: f.value, label: f.label, hint: f.value }))} value="" set={add} custom placeholder={t.maskPick} invalid={problem !== undefined} none={t.maskNone} />
      {likely.length > 0 && (
        <p className="mt-1.5 flex flex-wrap items-center gap-1.5 text-meta text-text-2">{t.maskLikely}
          {likely.map((f) => <button key={f.value} type="button" onClick={() => add(f.value)} className="inline-flex min-h-7 items-center gap-1 rounded-md border border-edge bg-surface px-2 font-medium text-text hover:border-accent hover:bg-accent-soft pointer-coarse:min-h-11"><Plus size={13} aria-hidden className="text-accent" />{f.label}</button>)}
        </p>
      )}
      <p className={`mt-1 text-meta ${problem ? 'text-fail' : 'text-text-3'}`} role={problem ? 'alert' : undefined}>{problem ?? t.maskHelp}</p>
    </div>
  )
}
