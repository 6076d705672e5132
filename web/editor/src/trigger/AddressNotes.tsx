import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Power } from 'lucide-react'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useSession } from '../api/hooks'
import { Button } from '../ui/Button'
import { isLocal } from '../ui/local'
import { useWords } from '../editor/words'

/** OnlyHere says of an address that means this machine that nobody else reaches it, and where that is changed. */
export function OnlyHere({ url, tabIndex }: { url: string; tabIndex?: number }) {
  const t = useWords()
  const admin = useSession().data?.role === 'admin'
  if (!isLocal(url)) return null
  return <span className="mt-1 block text-secondary text-warn">{t.onlyHere} {admin ? <Link href="/settings/instance" tabIndex={tabIndex} className="underline underline-offset-2">{t.setPublic}</Link> : t.askPublic}</span>
}

/** IsOff says that the address of a flow refuses what comes; one that was never published can record events all the same. */
export function IsOff({ view, tabIndex }: { view: Schemas['FlowView']; tabIndex?: number }) {
  const t = useWords()
  const queries = useQueryClient()
  const { id } = view.flow as { id: string }
  const record = useMutation({
    mutationFn: () => take(api.POST('/flows/{id}/resume', { params: { path: { id } } })),
    onSuccess: (now) => queries.setQueryData(['flow', id], now),
  })
  return (
    <span className="mt-2 block text-secondary text-text-2">
      <span className="flex items-center gap-2"><Power size={14} aria-hidden className="shrink-0" />{view.published_rev === 0 ? t.refusesNew : t.refuses}</span>
      {view.published_rev === 0 && <Button size="small" tabIndex={tabIndex} className="mt-2" busy={record.isPending} onClick={() => record.mutate()}>{t.recordEvents}</Button>}
      {record.error && <span className="mt-1 block text-fail">{record.error.message}</span>}
    </span>
  )
}
