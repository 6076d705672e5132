import { useId, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { api, take } from '../api/client'
import { OnlyLooks } from '../shell/OnlyLooks'
import { useAmiss } from '../ui/useAmiss'
import { Button, IconButton } from '../ui/Button'
import { inputLook } from '../ui/Input'
import { Problem, Skeleton } from '../ui/states'
import { toast } from '../ui/Toast'
import { type Lang, useLang } from '../words'
import { fill } from '../words/phrase'
import { Part } from './Part'
import { type Kind, kindOf, kinds, likelyKind, typedOf, valueAs } from './value'
import { useWords } from './words'

/** A row says its kind once it is kept or chosen; until then the kind is what is likely. What nobody typed is its value still, to the last digit. */
type Row = { name: string; typed: string; kind?: Kind; value?: unknown }

/** Variables are values of the instance that flows read. */
export function Variables({ role }: { role: string }) {
  const t = useWords()
  const { data, error } = useQuery({ queryKey: ['vars'], queryFn: () => take(api.GET('/vars')) })
  return (
    <Part title={t.variables} help={t.varsHelp}>
      <OnlyLooks of="variables" className="mb-4" />
      {error && <Problem error={error} />}
      {!data && !error && <Skeleton rows={2} />}
      {data && <Table key={JSON.stringify(data)} kept={data} may={role === 'admin'} />}
    </Part>
  )
}

function Table({ kept, may }: { kept: Record<string, unknown>; may: boolean }) {
  const t = useWords()
  const queries = useQueryClient()
  const [lang] = useState(useLang().lang) // what is typed stays what it was in another language
  const before: Row[] = Object.entries(kept).sort(([a], [b]) => a.localeCompare(b)).map(([name, value]) => ({ name, typed: typedOf(value, lang), kind: kindOf(value), value }))
  const [rows, setRows] = useState(before)
  const save = useMutation({
    mutationFn: () => take(api.PUT('/vars', { body: Object.fromEntries(rows.filter((r) => r.name).map((r) => [r.name, r.value ?? valueAs(r.kind ?? likelyKind(r.typed, lang), r.typed, lang)])) })),
    onSuccess: (vars) => { queries.setQueryData(['vars'], vars); toast(t.varsSaved) },
  })
  const set = (at: number, row: Partial<Row>) => setRows(rows.map((r, i) => (i === at ? { ...r, ...('name' in row ? {} : { value: undefined }), ...row } : r)))
  const told = (all: Row[]) => JSON.stringify(all.map(({ name, typed, kind }) => [name, typed, kind]))
  const changed = told(rows) !== told(before)
  return (
    <form onSubmit={(e) => { e.preventDefault(); save.mutate() }}>
      {rows.length === 0 && <p className="text-text-2">{t.noVars}</p>}
      {rows.length > 0 && <p aria-hidden className="mb-1 flex gap-2 text-meta text-text-2 max-sm:hidden"><span className="w-48">{t.varName}</span><span className="w-36">{t.varKind}</span>{t.varValue}</p>}
      <ul className="space-y-2 max-sm:space-y-5">
        {rows.map((r, i) => (
          <VariableRow key={i} row={r} lang={lang} may={may} set={(row) => set(i, row)} drop={() => setRows(rows.filter((_, n) => n !== i))} />
        ))}
      </ul>
      {save.error && <Problem error={save.error} />}
      {may && (
        <div className="mt-4 flex flex-wrap gap-2">
          <Button onClick={() => setRows([...rows, { name: '', typed: '' }])}><Plus size={16} aria-hidden />{t.addVar}</Button>
          {changed && <><Button type="submit" look="primary" busy={save.isPending}>{t.save}</Button><Button look="quiet" onClick={() => setRows(before)}>{t.cancel}</Button></>}
        </div>
      )}
    </form>
  )
}

function VariableRow({ row: r, lang, may, set, drop }: { row: Row; lang: Lang; may: boolean; set: (row: Partial<Row>) => void; drop: () => void }) {
  const t = useWords()
  const { box, amiss } = useAmiss<HTMLLIElement>(t.badName)
  const said = useId()
  const kind = r.kind ?? likelyKind(r.typed, lang)
  const turn = (to: Kind) => set({ kind: to, typed: to === 'yes' ? String(r.typed === 'true') : r.typed })
  const read = valueAs(kind, r.typed, lang) !== undefined
  const value = { 'aria-label': fill('{a} {b}', { a: t.varValue, b: r.name }), 'aria-describedby': amiss ? said : undefined, disabled: !may, value: r.typed }
  return (
    <li ref={box}>
      <div className="flex gap-2 max-sm:flex-wrap">
        <input aria-label={t.varName} aria-describedby={amiss ? said : undefined} aria-invalid={amiss !== '' && read} placeholder={t.varName} disabled={!may} required pattern="[A-Za-z_][A-Za-z0-9_]*" spellCheck={false} className={`${inputLook} code text-meta max-sm:basis-full sm:w-48! sm:shrink-0`} value={r.name} onChange={(e) => set({ name: e.target.value })} />
        <select aria-label={fill('{a} {b}', { a: t.varKind, b: r.name })} disabled={!may} className={`${inputLook} shrink-0 text-meta max-sm:order-1 max-sm:w-auto! max-sm:flex-1 sm:w-36!`} value={kind} onChange={(e) => { const to = kinds.find((k) => k === e.target.value); if (to) turn(to) }}>
          {kinds.map((k) => <option key={k} value={k}>{t[`kind_${k}`]}</option>)}
        </select>
        {kind === 'yes'
          ? <select {...value} className={`${inputLook} flex-1 text-meta max-sm:basis-full`} onChange={(e) => set({ typed: e.target.value })}><option value="true">{t.yes}</option><option value="false">{t.no}</option></select>
          : <input {...value} ref={(e) => e?.setCustomValidity(read ? '' : kind === 'number' ? t.badNumber : t.badJSON)} aria-invalid={amiss !== '' && !read} placeholder={t.varValue} spellCheck={false} inputMode={kind === 'number' ? 'decimal' : undefined} className={`${inputLook} code flex-1 text-meta max-sm:basis-full`} onChange={(e) => set({ typed: e.target.value })} />}
        {may && <IconButton label={`${t.delete} ${r.name}`} className="max-sm:order-1" onClick={drop}><Trash2 size={16} aria-hidden /></IconButton>}
      </div>
      {amiss && <p id={said} role="alert" className="mt-1 text-meta text-fail">{amiss}</p>}
    </li>
  )
}
