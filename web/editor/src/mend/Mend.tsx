import { type RefObject, useEffect, useRef, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RotateCw, Wrench, X } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { api, Refused, type Schemas, take } from '../api/client'
import { useRun } from '../api/hooks'
import { useHidden } from '../data/useHidden'
import { useDiff } from '../editor/useChanges'
import type { Open } from '../editor/open'
import type { DraftHook } from '../editor/useDraft'
import { useFlowLabels } from '../editor/useFlowLabels'
import { usePublish } from '../editor/usePublish'
import { find } from '../flow'
import { atTrigger, stepOfPath } from '../runs/paths'
import { useOthers } from '../runs/useOthers'
import { Sentences } from '../tree/Sentences'
import { useStepName } from '../tree/useStepName'
import { Button, IconButton, Loading, Problem } from '../ui/basics'
import { toast } from '../ui/Toast'
import { useWords as useShared } from '../words'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './words'
import { Ticked } from '../ui/Ticked'
import { ticked } from '../words/told'

type Run = Schemas['RunView']
type MendProps = { run: string; /** all that failed alike, not this one alone */ all: boolean; draft: DraftHook; started: (run: Run) => void; show: (open: Open) => void; leave: () => void }

/** Mend is the line above a flow that is edited because a run of it failed: the fault, and one button that publishes and goes on. */
export function Mend({ run: id, all, draft, started, show, leave }: MendProps) {
  const queries = useQueryClient()
  const { data: run } = useRun(id)
  const [begun, setBegun] = useState(false)
  const [clean] = useState(() => (isChanged(draft) ? undefined : draft.draft.taken)) // as long as nobody saves beside this, all that differs is the fix
  useEffect(() => {
    if (!run || begun) return
    setBegun(true)
    queries.setQueryData(['tested', run.flow], Object.fromEntries((run.steps ?? []).map((s) => [s.path, s]))) // the outputs that previews of later steps see
    started(run)
  }, [run, begun, started, queries])
  const { counted } = useOthers(run)
  return run && counted ? <Line run={run} together={all} draft={draft} clean={clean} show={show} leave={leave} /> : <div className={place} />
}

const isChanged = ({ view, saving }: DraftHook) => view.changed || saving !== 'saved'

/** place is as high before the words are there as with them; on a phone it stands at the foot, below the sheet of the step that is mended. */
const place = 'min-h-[61px] shrink-0 border-b border-line bg-surface max-[899px]:fixed max-[899px]:inset-x-0 max-[899px]:bottom-0 max-[899px]:z-40 max-[899px]:border-t max-[899px]:border-b-0 max-[899px]:pb-[max(0.625rem,env(safe-area-inset-bottom))]'

/** useHeight tells the sheets of a phone how high the line at its foot is. */
function useHeight(line: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const root = document.documentElement
    const watch = new ResizeObserver(() => line.current && matchMedia('(max-width: 899px)').matches ? root.style.setProperty('--mend', `${line.current.offsetHeight}px`) : root.style.removeProperty('--mend'))
    if (line.current) watch.observe(line.current)
    return () => {
      watch.disconnect()
      root.style.removeProperty('--mend')
    }
  }, [line])
}

function Line({ run: real, together, draft, clean, show, leave }: { run: Run; together: boolean; draft: DraftHook; clean?: number; show: (open: Open) => void; leave: () => void }) {
  const t = useWords()
  const run = useHidden(real)
  const shared = useShared()
  const plural = usePlural()
  const { moment } = useFormat()
  const [all, setAll] = useState(together)
  const [allow, setAllow] = useState<string[]>([])
  const { query, others } = useOthers(run)
  const { view, flow } = draft
  const mend = useMend(run, draft, { which: all && others > 0 ? { query } : { ids: [run.id] }, allow }, show)
  const failing = mend.error instanceof Refused && mend.error.problem.code === 'tests_failed'
  const differs = mend.error instanceof Refused && mend.error.problem.code === 'replay_differs' ? ((mend.error.problem.steps as string[] | undefined) ?? []) : null
  const errors = view.problems.some((p) => p.severity === 'error')
  const nameOf = useStepName()
  const failed = run.error?.step ? find(flow, stepOfPath(run.error.step).step) : undefined
  const step = failed ? nameOf(failed) : atTrigger(run.error) ? shared.trigger : run.error?.step
  const changed = isChanged(draft)
  const unseen = changed && clean !== draft.draft.taken
  const [asks, setAsks] = useState(false)
  const line = useRef<HTMLElement>(null)
  useHeight(line)
  return (
    <section ref={line} aria-label={t.mending} className={`${place} px-4 py-2.5`}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="grid size-9 shrink-0 place-items-center rounded-lg bg-fail-soft text-fail max-sm:hidden"><Wrench size={17} strokeWidth={1.75} aria-hidden /></span>
        <div className="min-w-52 flex-1">
          <p className="line-clamp-2 break-words">{step && <><b className="font-semibold">{step}</b>{' · '}</>}{run.error && <span className="text-fail"><Ticked text={ticked(run.error.message)} /></span>}</p>
          <p className="text-secondary text-text-2">{fill(t.mendingTitle, { title: run.title || flow.name, when: moment(run.at) })} · <Link href={`/runs/${run.id}`} className="underline underline-offset-2 hover:text-text">{t.seeRun}</Link><span className="max-sm:hidden"> · {t.data}</span></p>
        </div>
        {others > 0 && <label className="flex min-h-8 items-center gap-2"><input type="checkbox" className="size-4 accent-accent" checked={all} onChange={(e) => setAll(e.target.checked)} />{plural(t, 'others', others)}</label>}
        <span className="flex items-center gap-1">
          <Button look="primary" busy={mend.isPending} disabled={errors} data-tip={errors ? t.hasErrors : undefined} onClick={() => (unseen ? setAsks(true) : mend.mutate(false))}><RotateCw size={16} strokeWidth={1.75} aria-hidden />{changed ? t.publishReplay : t.replayOnly}</Button>
          <IconButton label={t.leave} onClick={leave}><X size={17} aria-hidden /></IconButton>
        </span>
      </div>
      {errors && <p className="mt-1.5 text-secondary text-warn">{t.hasErrors}</p>}
      {asks && unseen && <WholeDraft draft={draft} busy={mend.isPending} publish={() => mend.mutate(false)} leave={() => setAsks(false)} />}
      {failing && <p role="alert" className="mt-2 flex flex-wrap items-center gap-3 text-warn">{t.testsFail}<Button size="small" onClick={() => mend.mutate(true)}>{t.anyway}</Button></p>}
      {differs && <p role="alert" className="mt-2 flex flex-wrap items-center gap-3 text-warn">{t.differs} {differs.map((path) => <code key={path}>{path}</code>)}<Button size="small" onClick={() => { setAllow(differs); mend.reset() }}>{t.allow}</Button></p>}
      {mend.error && !failing && !differs && <Problem error={mend.error} className="my-2" />}
    </section>
  )
}

/** WholeDraft asks before a mending puts in force what was in the draft before it. */
function WholeDraft({ draft, busy, publish, leave }: { draft: DraftHook; busy: boolean; publish: () => void; leave: () => void }) {
  const t = useWords()
  const diff = useDiff(draft)
  const labels = useFlowLabels(draft.flow)
  const seen = diff.data !== undefined && !diff.isPlaceholderData && draft.saving === 'saved'
  return (
    <div role="group" aria-label={t.whole} className="mt-2 border-t border-line pt-2">
      <p className="mb-2 text-warn">{t.whole}</p>
      <div role="status" className="max-h-[30dvh] overflow-y-auto">{diff.error ? <Problem error={diff.error} retry={() => void diff.refetch()} /> : diff.data ? <Sentences list={diff.data.sentences} labels={labels} /> : <Loading />}</div>
      <div className="mt-2 flex gap-2"><Button size="small" busy={busy} disabled={!seen} onClick={publish}>{t.publishWhole}</Button><Button size="small" onClick={leave}>{t.notYet}</Button></div>
    </div>
  )
}

type How = { which: { ids: string[] } | { query: Schemas['RunQuery'] }; allow: string[] }

/** useMend publishes what was changed, and lets the runs go on from the step that failed. */
function useMend(run: Run, draft: DraftHook, { which, allow }: How, show: (open: Open) => void) {
  const t = useWords()
  const plural = usePlural()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const put = usePublish(draft, show)
  return useMutation({
    mutationFn: async (force: boolean) => {
      const publishes = await put({ force }) !== undefined
      return { publishes, answer: await take(api.POST('/runs/replay', { body: { ...which, from: 'failed', revision: 'published', allow } })) }
    },
    onSuccess: ({ publishes, answer }) => {
      const said = (what: string) => (publishes ? `${t.published} ${what}` : what)
      for (const key of ['runs', 'run', 'failures', 'revisions']) void queries.invalidateQueries({ queryKey: [key] })
      const why = answer.items.find((i) => i.refused)?.refused?.message
      if (answer.replay) toast(said(t.goesOn))
      else if (answer.replayed === 0 && why) return toast(said(fill(t.refused, { why })), 'fail')
      else toast(said(plural(t, 'replayed', answer.replayed)))
      const next = answer.items.length === 1 ? answer.items[0]?.run : undefined
      go(next ? `/runs/${next}` : `/runs?flow=${run.flow}`)
    },
  })
}
