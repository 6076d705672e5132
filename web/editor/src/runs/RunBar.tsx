import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, Ban, Eye, EyeOff, Pencil, RotateCw } from 'lucide-react'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useWords as useEye } from '../data/eyeWords'
import { useSwitch } from '../data/switch'
import { VeilEye } from '../data/VeilEye'
import type { Flow } from '../flow'
import { LiveSign } from '../shell/Bar'
import { Button } from '../ui/basics'
import { buttonLook } from '../ui/Button'
import { Logo } from '../ui/Logo'
import { Menu, type MenuItem } from '../ui/Menu'
import { standOf, Status } from '../ui/Status'
import { Tight } from '../ui/Tight'
import { toast } from '../ui/Toast'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { erased, mendAt } from './paths'
import { useWords } from './runWords'

type RunBarProps = { run: Schemas['RunView']; flow: Flow; now?: Schemas['FlowView']; may: boolean; replay: (from: 'start' | 'failed') => void }

/** RunBar says which run this is, and what can be done with the whole of it. */
export function RunBar({ run, flow, now, may, replay }: RunBarProps) {
  const t = useWords()
  const format = useFormat()
  const queries = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => take(api.POST('/runs/{id}/cancel', { params: { path: { id: run.id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['run', run.id] }),
    onError: (e) => toast(e.message, 'fail'),
  })
  const edit = `/flows/${run.flow}?event=${run.event}${run.status === 'failed' ? `&run=${run.id}${mendAt(run.error)}` : ''}`
  const { revealed, may: reveals, turn } = useSwitch()
  const eye = useEye()
  const deeds: MenuItem[] = [
    ...(reveals ? [{ id: 'eye', label: revealed ? eye.hide : eye.reveal, icon: revealed ? EyeOff : Eye, run: turn }] : []),
    ...(may && now ? [{ id: 'edit', label: t.editFlow, icon: Pencil, href: edit }] : []),
    ...(!may || run.ended ? [] : ['line' as const, { id: 'cancel', label: t.cancelRun, icon: Ban, danger: true, run: () => cancel.mutate() }]),
  ]
  const meta = [run.title && flow.name, run.revision && fill(t.revision, { n: run.revision }), format.moment(run.at), run.ended && format.took(run.at, run.ended)].filter(Boolean).join(' · ')
  return (
    <header className="z-20 flex min-h-[52px] shrink-0 items-center gap-2 border-b border-line bg-surface px-3 max-sm:flex-wrap max-sm:py-1.5 sm:px-4">
      <span className="max-sm:hidden"><Logo /></span>
      <Link href={`/runs?flow=${run.flow}`} aria-label={t.backRuns} data-tip={t.backRuns} className="grid size-8 shrink-0 place-items-center rounded-lg text-text-2 hover:bg-sunken max-sm:-ml-1"><ArrowLeft size={17} strokeWidth={1.75} aria-hidden /></Link>
      <h1 className="min-w-0 text-title font-semibold max-sm:order-last max-sm:basis-full max-sm:px-1 max-sm:leading-5 max-sm:break-words sm:truncate"><Tight text={run.title || flow.name} /></h1>
      <Status of={standOf(run)} />
      <span className="min-w-0 truncate text-secondary text-text-2 max-[760px]:hidden">{meta}</span>
      <span className="flex-1" />
      <LiveSign />
      <span className="max-sm:hidden"><VeilEye /></span>
      {may && !run.ended && <Button look="danger" className="max-sm:hidden" busy={cancel.isPending} onClick={() => cancel.mutate()}><Ban size={16} strokeWidth={1.75} aria-hidden />{t.cancelRun}</Button>}
      {may && now && <Link href={edit} className={`${buttonLook()} max-sm:hidden`}><Pencil size={15} strokeWidth={1.75} aria-hidden />{t.editFlow}</Link>}
      {may && now && run.ended && !erased(run) && <Button look={run.status === 'failed' && !run.replayed_by ? 'primary' : 'plain'} onClick={() => replay(run.status === 'failed' ? 'failed' : 'start')}><RotateCw size={16} strokeWidth={1.75} aria-hidden />{t.replay}</Button>}
      {deeds.length > 0 && <span className="sm:hidden"><Menu label={t.more} items={deeds} /></span>}
    </header>
  )
}
