import { useQuery } from '@tanstack/react-query'
import { Eye } from 'lucide-react'
import { useState } from 'react'
import { api, take } from '../api/client'
import { documentOf } from '../flow'
import { fill } from '../words/phrase'
import { useLooks } from './Locked'
import type { DraftHook } from './useDraft'
import { useWords } from './words'

/** useLooking shows who may only look what runs, not the draft that somebody works on, until they ask for that. */
export function useLooking(own: DraftHook) {
  const looks = useLooks()
  const [inWork, setInWork] = useState(false)
  const { published_rev: rev, changed } = own.view
  const id = own.flow.id
  const apart = looks && changed && rev > 0
  const { data, isError } = useQuery({ queryKey: ['revision', id, rev], enabled: apart, staleTime: Infinity, queryFn: () => take(api.GET('/flows/{id}/revisions/{rev}', { params: { path: { id, rev } } })) })
  const runs = apart && !inWork && !isError ? (data ? documentOf(data) : { ...own.flow, steps: [] }) : undefined
  const draft = runs ? { ...own, flow: runs, view: { ...own.view, problems: [] } } : own
  return { draft, note: looks && <LooksLine rev={rev} apart={apart} inWork={!runs} turn={() => setInWork(!inWork)} /> }
}

/** LooksLine says what is seen, and which revision runs. */
function LooksLine({ rev, apart, inWork, turn }: { rev: number; apart: boolean; inWork: boolean; turn: () => void }) {
  const t = useWords()
  const words = rev === 0 ? t.seesNew : apart && inWork ? t.seesDraft : t.seesRevision
  return (
    <p role="status" className={`mx-auto mb-5 flex max-w-[680px] flex-wrap items-center gap-x-3 gap-y-1 rounded-xl px-4 py-2.5 ${apart && inWork ? 'bg-warn-soft text-warn' : 'bg-sunken text-text-2'}`}>
      <Eye size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
      <span className="min-w-40 flex-1">{fill(words, { n: rev })}</span>
      {apart && <button type="button" onClick={turn} className="font-medium underline underline-offset-2">{inWork ? t.seeRevision : t.seeDraft}</button>}
    </p>
  )
}
