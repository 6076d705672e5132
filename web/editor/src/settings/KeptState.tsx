import { type FormEvent, useState } from 'react'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Pencil, Trash2 } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { useStaying } from '../api/leaving'
import { useHidden } from '../data/useHidden'
import { VeilEye } from '../data/VeilEye'
import { More } from '../history/More'
import { Button, IconButton } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { inputLook, SearchInput } from '../ui/Input'
import { Problem, Skeleton } from '../ui/states'
import { later, toast } from '../ui/Toast'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { Part } from './Part'
import { readValue } from './value'
import { useWords } from './words'

type State = Schemas['StateView']

/** KeptState is what flows remember. */
export function KeptState() {
  const t = useWords()
  const [prefix, setPrefix] = useState('')
  const stays = useStaying()
  const [editing, setEditing] = useState<State | null>(null)
  const list = useInfiniteQuery({
    queryKey: ['state', prefix], queryFn: ({ pageParam }) => take(api.GET('/state', { params: { query: { prefix, cursor: pageParam } } })),
    initialPageParam: '', getNextPageParam: (page) => page.next ?? undefined, placeholderData: keepPreviousData,
  })
  const rows = list.data?.pages.flatMap((p) => p.items).filter((s) => stays(`state ${s.key}`))
  return (
    <Part title={t.state} help={t.stateHelp}>
      <div className="mb-3 flex items-center gap-2"><SearchInput label={t.findState} value={prefix} set={setPrefix} className="min-w-0 flex-1 sm:max-w-72" /><VeilEye /></div>
      {list.error && <Problem error={list.error} />}
      {list.isPending && <Skeleton rows={3} />}
      {rows?.length === 0 && <p className="text-text-2">{prefix ? t.noState : t.noStateYet}</p>}
      <ul className="divide-y divide-line">{rows?.map((s) => <Row key={s.key} state={s} searched={prefix} edit={() => setEditing(s)} />)}</ul>
      <More query={list} />
      {editing && <Edit state={editing} close={() => setEditing(null)} />}
    </Part>
  )
}

function Row({ state: s, searched, edit }: { state: State; searched: string; edit: () => void }) {
  const t = useWords()
  const key = useHidden(s.key, searched)
  const value = useHidden(JSON.stringify(s.value), searched)
  const { ago } = useFormat()
  const queries = useQueryClient()
  const remove = () => {
    later(fill(t.keyDeleted, { name: key }), async () => {
      await take(api.DELETE('/state/{key}', { params: { path: { key: s.key } }, keepalive: true })).catch((error: Error) => toast(error.message, 'fail'))
      await queries.invalidateQueries({ queryKey: ['state'], refetchType: 'all' })
    }, () => undefined, `state ${s.key}`)
  }
  return (
    <li className="flex items-center gap-3 py-2">
      <div className="min-w-0 flex-1"><code className="block text-meta break-all">{key}</code><span className="block truncate text-secondary text-text-2">{value} · {s.expires ? fill(t.endsAt, { when: ago(s.expires) }) : t.keptForever}</span></div>
      <IconButton label={`${t.save} ${key}`} size="small" onClick={edit}><Pencil size={15} aria-hidden /></IconButton>
      <IconButton label={`${t.delete} ${key}`} size="small" onClick={remove}><Trash2 size={15} aria-hidden /></IconButton>
    </li>
  )
}

function Edit({ state: s, close }: { state: State; close: () => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const [typed, setTyped] = useState(JSON.stringify(s.value, null, 2))
  const save = useMutation({
    mutationFn: () => take(api.PUT('/state/{key}', { params: { path: { key: s.key } }, body: { value: readValue(typed), ...(s.expires && { expires: s.expires }) } })),
    onSuccess: async () => { await queries.invalidateQueries({ queryKey: ['state'] }); close() },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  return (
    <Dialog title={s.key} close={close}>
      <form onSubmit={submit} className="space-y-4 pb-2">
        <Field label={t.varValue}><textarea rows={6} spellCheck={false} className={`${inputLook} code text-meta`} value={typed} onChange={(e) => setTyped(e.target.value)} /></Field>
        {save.error && <Problem error={save.error} />}
        <Button type="submit" look="primary" busy={save.isPending}>{t.save}</Button>
      </form>
    </Dialog>
  )
}
