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
import { fill } from '../words/phrase'
import { Part } from './Part'
import { readValue, shownValue } from './value'
import { useWords } from './words'

type Rows = { name: string; value: string }[]

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
  const before: Rows = Object.entries(kept).sort(([a], [b]) => a.localeCompare(b)).map(([name, value]) => ({ name, value: shownValue(value) }))
  const [rows, setRows] = useState(before)
  const save = useMutation({
    mutationFn: () => take(api.PUT('/vars', { body: Object.fromEntries(rows.filter((r) => r.name).map((r) => [r.name, readValue(r.value)])) })),
    onSuccess: (vars) => { queries.setQueryData(['vars'], vars); toast(t.done) },
  })
  const set = (at: number, row: Partial<Rows[number]>) => setRows(rows.map((r, i) => (i === at ? { ...r, ...row } : r)))
  const changed = JSON.stringify(rows) !== JSON.stringify(before)
  return (
    <form onSubmit={(e) => { e.preventDefault(); save.mutate() }}>
      {rows.length === 0 && <p className="text-text-2">{t.noVars}</p>}
      <ul className="space-y-2">
        {rows.map((r, i) => (
          <Row key={i} row={r} may={may} set={(row) => set(i, row)} drop={() => setRows(rows.filter((_, n) => n !== i))} />
        ))}
      </ul>
      {save.error && <Problem error={save.error} />}
      {may && (
        <div className="mt-4 flex flex-wrap gap-2">
          <Button onClick={() => setRows([...rows, { name: '', value: '' }])}><Plus size={16} aria-hidden />{t.addVar}</Button>
          {changed && <><Button type="submit" look="primary" busy={save.isPending}>{t.save}</Button><Button look="quiet" onClick={() => setRows(before)}>{t.cancel}</Button></>}
        </div>
      )}
    </form>
  )
}

function Row({ row: r, may, set, drop }: { row: Rows[number]; may: boolean; set: (row: Partial<Rows[number]>) => void; drop: () => void }) {
  const t = useWords()
  const { box, amiss } = useAmiss<HTMLLIElement>(t.badName)
  const said = useId()
  return (
    <li ref={box}>
      <div className="flex gap-2">
        <input aria-label={t.varName} aria-describedby={amiss ? said : undefined} aria-invalid={amiss !== ''} placeholder={t.varName} disabled={!may} required pattern="[A-Za-z_][A-Za-z0-9_]*" spellCheck={false} className={`${inputLook} code max-w-[40%] text-meta sm:max-w-48`} value={r.name} onChange={(e) => set({ name: e.target.value })} />
        <input aria-label={fill('{a} {b}', { a: t.varValue, b: r.name })} placeholder={t.varValue} disabled={!may} spellCheck={false} className={`${inputLook} code text-meta`} value={r.value} onChange={(e) => set({ value: e.target.value })} />
        {may && <IconButton label={`${t.delete} ${r.name}`} onClick={drop}><Trash2 size={16} aria-hidden /></IconButton>}
      </div>
      {amiss && <p id={said} role="alert" className="mt-1 text-meta text-fail">{amiss}</p>}
    </li>
  )
}
