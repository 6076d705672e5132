import { CalendarClock, Hand, type LucideIcon, OctagonAlert, Webhook, Workflow } from 'lucide-react'
import type { Schemas } from '../api/client'
import type { Flow } from '../flow'
import { Mark } from '../ui/Mark'
import { ariaWhere, cardLook, ProblemBadge, useRow } from './Card'
import { useDesk } from './desk'
import { Plus } from './Plus'
import { Condition } from './Sentence'
import { useTree } from './store'
import { useWords } from './words'
import { useWords as useShared } from '../words'
import { Tight } from '../ui/Tight'

const icons: Record<string, LucideIcon> = { webhook: Webhook, schedule: CalendarClock, manual: Hand, call: Workflow, failure: OctagonAlert }

export const triggerIcon = (kind: string): LucideIcon => icons[kind] ?? Webhook

type TriggerCardProps = { flow: Flow; title: string; mark?: Schemas['Mark']; badge?: React.ReactNode; children?: React.ReactNode; onLine?: boolean }

/** TriggerCard is where the thread begins: what starts the flow. */
export function TriggerCard({ flow, title, mark, badge, children, onLine = true }: TriggerCardProps) {
  const desk = useDesk()
  const t = useWords()
  const shared = useShared()
  const { open, row } = useRow('trigger')
  const problem = useTree(desk.store, (s) => s.problems.get('trigger'))
  const Icon = triggerIcon(flow.trigger.kind)
  const last = flow.steps.length === 0
  return (
    <div role="none" className={`relative ${last ? 'pb-[34px]' : 'pb-[22px]'}`}>
      <span aria-hidden className={`absolute top-[40px] left-[19px] w-0.5 ${last ? 'bottom-[12px]' : 'bottom-0'} ${onLine ? 'bg-accent' : 'bg-edge/45'}`} />
      <div role="none" onClick={() => desk.open('trigger')} className="group flex cursor-pointer gap-[14px] max-sm:gap-[10px]">
        <span aria-hidden className="relative grid size-[40px] shrink-0 place-items-center rounded-xl bg-accent text-on-accent">{mark ? <Mark mark={mark} size={20} /> : <Icon size={18} strokeWidth={1.75} />}</span>
        <div role="none" className={`${cardLook} ${open ? 'border-accent ring-3 ring-accent-soft' : problem?.errors ? 'border-fail' : 'border-line hover:border-edge'}`}>
          <div {...row} {...ariaWhere({ level: 1, pos: 1, size: flow.steps.length + 1 })} aria-labelledby="n-trigger b-trigger" className="flex min-h-6 flex-wrap items-center gap-2 outline-none">
            <span id="n-trigger" className="min-w-0 flex-1 font-semibold break-words"><span className="sr-only">{shared.trigger}: </span><Tight text={title} /></span>{' '}
            <span id="b-trigger" className="flex flex-wrap gap-1">
              {problem && (
                <button type="button" tabIndex={-1} title={problem.text} onClick={(e) => { e.stopPropagation(); desk.open('trigger', problem.first) }} className="finger rounded-full">
                  <ProblemBadge problem={problem} />
                </button>
              )}{' '}
              {badge}
            </span>
            <Plus gap={{ place: null, at: 0 }} label={last ? shared.addStep : t.addStart} word={last ? shared.addStep : undefined} className="absolute bottom-0" />
          </div>
          {flow.trigger.where && <span className="mt-0.5 line-clamp-2 text-secondary text-text-2">{t.onlyIf} <Condition source={flow.trigger.where} /></span>}
          {children}
        </div>
      </div>
    </div>
  )
}
