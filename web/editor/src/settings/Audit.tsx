import { useInfiniteQuery } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { Button } from '../ui/Button'
import { Problem, Skeleton } from '../ui/states'
import { useFormat } from '../words/format'
import { Part } from './Part'
import { useWords } from './words'

export function Audit() {
  const t = useWords()
  const { moment, whole } = useFormat()
  const audit = useInfiniteQuery({ queryKey: ['audit'], queryFn: ({ pageParam }) => take(api.GET('/audit', { params: { query: { cursor: pageParam } } })), initialPageParam: '', getNextPageParam: (page) => page.next ?? undefined })
  const rows = audit.data?.pages.flatMap((p) => p.items)
  return (
    <Part title={t.audit} help={t.auditHelp}>
      {audit.error && <Problem error={audit.error} />}
      {audit.isPending && <Skeleton rows={6} />}
      {rows?.length === 0 && <p className="text-text-2">{t.noAudit}</p>}
      <ul className="divide-y divide-line text-secondary">
        {rows?.map((a) => (
          <li key={a.id} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 py-2">
            <span className="min-w-0 break-words"><span className="font-medium">{a.who}</span> <span className="text-text-2">{a.action}</span></span>
            <time dateTime={a.at} data-tip={whole(a.at)} className="text-text-2">{moment(a.at)}</time>
            <code className="col-span-2 text-meta break-all text-text-3">{a.target}</code>
          </li>
        ))}
      </ul>
      {audit.hasNextPage && <Button className="mt-3" busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>{t.showMore}</Button>}
    </Part>
  )
}
