import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { Badge, Button, Problem } from '../ui/basics'
import { useWords } from './panelWords'

/** ConnectionState says whether a connection works, and tries it. */
export function ConnectionState({ connection: c, kind, edit }: { connection: Schemas['ConnectionView']; kind?: Schemas['KindView']; edit: () => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const test = useMutation({ mutationFn: () => take(api.POST('/connections/{name}/test', { params: { path: { name: c.name } } })), onSuccess: () => queries.invalidateQueries({ queryKey: ['connections'] }) })
  const works = c.state === 'ok' || (c.used !== undefined && c.state !== 'broken')
  const tone = c.problem ? 'fail' : works ? 'ok' : c.state === 'broken' ? 'fail' : 'none'
  return (
    <div className="mt-1.5 flex min-h-8 flex-wrap items-center gap-2 text-secondary text-text-2">
      {(tone !== 'none' || kind?.testable !== false) && <Badge tone={tone}>{c.state === 'broken' ? t.connectionBroken : c.problem ? t.connectionNoAnswer : works ? t.connectionWorks : t.connectionUntested}</Badge>}
      <span role="status" className={`min-w-0 break-words ${(test.data ? !test.data.works : c.problem) ? 'order-last basis-full text-fail' : 'flex-1'}`}>{test.data ? [test.data.detail, test.data.account].filter(Boolean).join(' · ') : c.problem ? c.problem : (c.account ?? c.hosts.join(', '))}</span>
      {kind?.testable && <Button look="quiet" size="small" busy={test.isPending} onClick={() => test.mutate()}>{t.connectionTest}</Button>}
      <Button look="quiet" size="small" onClick={edit}>{t.connectionEdit}</Button>
      {test.error && <Problem error={test.error} />}
    </div>
  )
}
