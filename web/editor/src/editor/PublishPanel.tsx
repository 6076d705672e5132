import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { Refused, type Schemas } from '../api/client'
import { splitPointer } from '../flow'
import { Button, inputLook, Labeled, Problem } from '../ui/basics'
import { toast } from '../ui/Toast'
import { fill } from '../words/phrase'
import { Backtest } from './Backtest'
import { useDoubts } from './doubts'
import type { Open } from './open'
import { Panel } from './Panel'
import { Problems } from './Problems'
import { Shadow } from './Shadow'
import { OwnTests } from './OwnTests'
import { Stopped } from './Stopped'
import { useOwnTests } from './useOwnTests'
import { usePublish } from './usePublish'
import { WhatChanges } from './WhatChanges'
import type { DraftHook } from './useDraft'
import { useWords } from './publishWords'

const foot = 'w-full max-[899px]:h-11'

/** PublishPanel shows before anything acts: what changes, what is wrong, the flow's tests and what past events would do. */
export function PublishPanel({ draft, close, setOpen }: { draft: DraftHook; close: () => void; setOpen: (open: Open) => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const { view, flow } = draft
  const [name, setName] = useState('')
  const put = usePublish(draft, (place, why) => {
    toast(why, 'fail') // this panel is closed by what is opened
    setOpen(place)
  })
  const [at, setAt] = useState(0)
  const publish = useMutation({
    mutationFn: (force: boolean) => put({ force, name: name || undefined }),
    onSuccess: (next) => {
      void queries.invalidateQueries({ queryKey: ['revisions', flow.id] })
      if (next) toast(fill(t.published, { n: next.published_rev }))
      close()
    },
    onError: () => setAt(draft.draft.read().view.draft_rev),
  })
  const tests = useOwnTests(draft)
  const error = at === view.draft_rev ? publish.error : null // it was said of the draft as it was then
  const refused = error instanceof Refused && error.problem.code === 'tests_failed'
  const failing = refused || (tests.data?.failed ?? 0) > 0
  const problems = [...view.problems, ...useDoubts(flow)]
  const errors = problems.filter((p) => p.severity === 'error').length
  const nothing = !view.changed && view.state !== 'new' && view.state !== 'off'
  const footer = (
    <>
      {failing && !nothing && <Stopped tests={tests.data?.tests} />}
      {error && !refused && <Problem error={error} className="mt-0 mb-3 max-h-[35dvh] overflow-y-auto" />}
      {nothing
        ? <p className="flex items-center gap-2 text-ok"><CircleCheck size={16} aria-hidden className="shrink-0" />{fill(t.isPublished, { n: view.published_rev })}</p>
        : <Button look="primary" className={foot} busy={publish.isPending} disabled={errors > 0} onClick={() => publish.mutate(false)}>{fill(t.publishRev, { n: view.published_rev + (view.changed ? 1 : 0) })}</Button>}
      {failing && !nothing && errors === 0 && <Button className={`mt-2 ${foot}`} disabled={publish.isPending} onClick={() => publish.mutate(true)}>{t.publishAnyway}</Button>}
    </>
  )
  return (
    <Panel title={t.publish} close={close} footer={footer}>
      <div className="space-y-7 pt-1">
        <WhatChanges draft={draft} />
        <Problems flow={flow} problems={problems} show={(p) => setOpen(openAt(draft, p))} set={draft.draft.edit} />
        <OwnTests draft={draft} auto />
        {!nothing && <Backtest draft={draft} />}
        <Shadow draft={draft} />
        {!nothing && <Labeled label={t.revisionName} help={t.revisionNameHelp}><input className={inputLook} maxLength={200} value={name} onChange={(e) => setName(e.target.value)} /></Labeled>}
      </div>
    </Panel>
  )
}

function openAt({ flow }: DraftHook, problem: Schemas['ProblemView']): Open {
  const { step, rest } = splitPointer(flow, problem.path)
  const back = problem.code === 'no_connection_yet' ? 'publish' as const : undefined
  if (step) return { what: 'step', id: step, ...(problem.code === 'never_tested' ? { tab: 'test' } : { field: rest }), at: Date.now(), back }
  return problem.path.startsWith('/trigger') ? { what: 'trigger', field: problem.path.slice('/trigger'.length), back } : { what: 'settings' }
}
