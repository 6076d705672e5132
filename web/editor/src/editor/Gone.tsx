import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useSession } from '../api/hooks'
import { documentOf, type Flow } from '../flow'
import { Button, Problem } from '../ui/basics'
import { Dialog } from '../ui/Dialog'
import { remember } from '../ui/remember'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { draftKey } from './kept'
import { useWords } from './goneWords'

/** Gone says to who has a flow open that it was deleted meanwhile, by whom where one may know that, and keeps what was being written as another. */
export function Gone({ loaded }: { loaded: Schemas['FlowView'] }) {
  const t = useWords()
  const { ago } = useFormat()
  const [, go] = useLocation()
  const queries = useQueryClient()
  const { data: me } = useSession()
  const [open, setOpen] = useState(true)
  const flow = documentOf(loaded)
  const key = draftKey(me?.name ?? '', flow.id)
  const audit = useQuery({ queryKey: ['audit', 'gone', flow.id], enabled: me?.role === 'admin', queryFn: () => whoDeleted(flow.id) })
  const deed = audit.data
  const leave = async (to: string) => {
    remember(key, null)
    queries.removeQueries({ queryKey: ['flow', flow.id] })
    await queries.invalidateQueries({ queryKey: ['flows'], refetchType: 'all' })
    go(to)
  }
  const copy = useMutation({
    mutationFn: () => {
      const mine = written(key) ?? flow
      return take(api.POST('/flows', { body: { ...mine, id: `${flow.id.slice(0, 54)}-${Date.now().toString(36)}`, name: fill(t.copyOf, { name: mine.name }) } }))
    },
    onSuccess: (made) => leave(`/flows/${documentOf(made).id}`),
  })
  if (!open) return null
  return (
    <Dialog title={t.wasDeleted} help={deed && fill(t.deletedBy, { who: deed.who, when: ago(deed.at) })} close={() => setOpen(false)}
      footer={<><Button onClick={() => void leave('/')}>{t.toFlows}</Button><Button look="primary" data-first busy={copy.isPending} onClick={() => copy.mutate()}>{t.keepCopy}</Button></>}>
      <p className="text-pretty text-text-2">{t.goneHelp}</p>
      {copy.error && <Problem error={copy.error} />}
    </Dialog>
  )
}

async function whoDeleted(flow: string): Promise<{ who: string; at: string } | null> {
  const [{ items }, users] = await Promise.all([take(api.GET('/audit')), take(api.GET('/users'))])
  const deed = items.find((d) => d.action === 'delete-flow' && d.target === `/flows/${flow}`)
  return deed ? { at: deed.at, who: users.items.find((u) => u.email === deed.who)?.name ?? deed.who } : null
}

/** written is what this machine keeps of a draft that the server no longer takes. */
function written(key: string): Flow | undefined {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as { flow?: Flow } | null)?.flow
  } catch {
    return undefined
  }
}
