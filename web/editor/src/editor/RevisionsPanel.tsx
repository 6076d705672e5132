import { useState } from 'react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { Badge, Button, Loading, Problem } from '../ui/basics'
import { Sentence, Sentences } from '../tree/Sentences'
import type { Labels } from '../tree/summary'
import { sentence } from '../ui/states'
import { toast } from '../ui/Toast'
import { useTimes } from '../words'
import { fill, usePlural } from '../words/phrase'
import { Panel } from './Panel'
import { RevisionName } from './RevisionName'
import type { DraftHook } from './useDraft'
import { useFlowLabels } from './useFlowLabels'
import { useWords } from './revisionWords'

async function revisionsOf(id: string) {
  const all: Schemas['RevisionView'][] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: Schemas['RevisionView'][]; next: string | null } = await take(api.GET('/flows/{id}/revisions', { params: { path: { id }, query: { limit: 200, cursor } } }))
    all.push(...page.items)
    cursor = page.next
  }
  return all
}

/** RevisionsPanel lists what was published, when and by whom, and makes any of it the draft again. */
export function RevisionsPanel({ draft, close }: { draft: DraftHook; close: () => void }) {
  const t = useWords()
  const { flow, view } = draft
  const [open, setOpen] = useState<number | null>(null)
  const list = useQuery({ queryKey: ['revisions', flow.id, view.published_rev], queryFn: () => revisionsOf(flow.id) })
  const labels = useFlowLabels(flow)
  const items = [...(list.data ?? [])].sort((a, b) => b.revision - a.revision)
  return (
    <Panel title={t.title} close={close}>
      {list.isPending && <Loading />}
      {list.error && <Problem error={list.error} retry={() => void list.refetch()} />}
      {list.data && items.length === 0 && <p className="text-text-2">{t.revisionsNone}</p>}
      <ol className="divide-y divide-line">
        {items.map((r) => <Row key={r.revision} r={r} draft={draft} labels={labels} open={open === r.revision} toggle={() => setOpen(open === r.revision ? null : r.revision)} />)}
      </ol>
    </Panel>
  )
}

type RowProps = { r: Schemas['RevisionView']; draft: DraftHook; labels: Labels; open: boolean; toggle: () => void }

function Row({ r, draft, labels, open, toggle }: RowProps) {
  const t = useWords()
  const plural = usePlural()
  const times = useTimes()
  return (
    <li>
      <button type="button" aria-expanded={open} onClick={toggle} className="-mx-2 flex w-[calc(100%+1rem)] items-start gap-2 rounded-lg px-2 py-2.5 text-left hover:bg-sunken">
        <ChevronRight size={16} aria-hidden className={`mt-0.5 shrink-0 text-text-3 transition-transform ${open ? 'rotate-90' : ''}`} />
        <span className="min-w-0 flex-1">
          <span className="flex items-center gap-2 font-medium">r{r.revision}{r.revision === draft.view.published_rev && <Badge tone="ok">{t.current}</Badge>}<span className="min-w-0 truncate font-normal">{r.name}</span></span>
          <span className="block text-secondary text-text-2">{[times(r.at), r.by].filter(Boolean).join(' · ')}</span>
          {r.summary && <span className="mt-0.5 line-clamp-2 text-secondary break-words text-text-2"><Sentence text={sentence(r.summary)} labels={labels} />{r.more && ` ${plural(t, 'revisionMore', r.more)}`}</span>}
        </span>
      </button>
      {open && <RevisionName flow={draft.flow.id} r={r} />}
      {open && <Compared r={r} draft={draft} labels={labels} />}
    </li>
  )
}

/** Compared says what the draft changed since a revision. */
function Compared({ r, draft, labels }: { r: Schemas['RevisionInfo']; draft: DraftHook; labels: Labels }) {
  const t = useWords()
  const { flow, view } = draft
  const path = { id: flow.id }
  const diff = useQuery({ queryKey: ['diff', flow.id, r.revision, 'draft', view.draft_rev], queryFn: () => take(api.GET('/flows/{id}/diff', { params: { path, query: { from: 'draft', to: String(r.revision) } } })) })
  const restore = useMutation({
    mutationFn: async () => {
      await draft.draft.save()
      return take(api.POST('/flows/{id}/restore', { params: { path }, body: { revision: r.revision } }))
    },
    onSuccess: (next) => {
      draft.draft.settle(next)
      toast(fill(t.madeDraft, { n: r.revision }))
    },
    onError: (e) => toast(e.message, 'fail'),
  })
  if (!diff.data) return <Loading />
  return (
    <div className="mb-3 ml-6 space-y-3">
      {diff.data.sentences.length === 0 ? <p className="text-text-2">{t.sameAsDraft}</p> : <><p className="text-text-2">{fill(t.fromRevision, { n: r.revision })}</p><Sentences list={diff.data.sentences} labels={labels} /></>}
      {diff.data.sentences.length > 0 && <Button size="small" busy={restore.isPending} onClick={() => restore.mutate()}>{t.makeDraft}</Button>}
    </div>
  )
}
