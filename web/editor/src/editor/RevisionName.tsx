import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Pencil } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { Button, inputLook, Labeled, Problem } from '../ui/basics'
import { useWords } from './revisionWords'

type NameProps = { flow: string; r: Schemas['RevisionInfo'] }

/** RevisionName lets people say afterwards what a revision was for; what it does stays as it is. */
export function RevisionName({ flow, r }: NameProps) {
  const t = useWords()
  const [editing, setEditing] = useState(false)
  if (editing) return <NameForm flow={flow} r={r} close={() => setEditing(false)} />
  return (
    <div className="mb-2 ml-6">
      {r.note && <p className="mb-1 whitespace-pre-line text-text-2">{r.note}</p>}
      <Button look="quiet" size="small" className="-ml-2.5" onClick={() => setEditing(true)}><Pencil size={14} aria-hidden />{t.nameAndNote}</Button>
    </div>
  )
}

function NameForm({ flow, r, close }: NameProps & { close: () => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const [name, setName] = useState(r.name ?? '')
  const [note, setNote] = useState(r.note ?? '')
  const save = useMutation({
    mutationFn: () => take(api.PATCH('/flows/{id}/revisions/{rev}', { params: { path: { id: flow, rev: r.revision } }, body: { name: name.trim(), note: note.trim() } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['revisions', flow] })
      close()
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} onKeyDown={(e) => { if (e.key === 'Escape') { e.stopPropagation(); close() } }} className="mb-3 ml-6 space-y-3">
      <Labeled label={t.name}><input autoFocus className={inputLook} maxLength={200} value={name} onChange={(e) => setName(e.target.value)} /></Labeled>
      <Labeled label={t.note}><textarea className={inputLook} rows={3} maxLength={4000} value={note} onChange={(e) => setNote(e.target.value)} /></Labeled>
      {save.error && <Problem error={save.error} />}
      <div className="flex gap-2"><Button type="submit" look="primary" size="small" busy={save.isPending}>{t.save}</Button><Button look="quiet" size="small" onClick={close}>{t.cancel}</Button></div>
    </form>
  )
}
