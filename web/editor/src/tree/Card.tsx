import { useMemo } from 'react'
import { Link } from 'wouter'
import { ChevronDown, ChevronRight, CircleSlash, Lightbulb, PencilLine, StickyNote, TriangleAlert } from 'lucide-react'
import { children, type Step, walk } from '../flow'
import { Badge } from '../ui/Badge'
import { LabelsContext, Ticked } from '../ui/Ticked'
import { Tight } from '../ui/Tight'
import { useSay } from '../words'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { ticked } from '../words/told'
import { ActionIcon } from './ActionIcon'
import { useDesk } from './desk'
import { Dots, Grip } from './glyphs'
import { NameInput } from './NameInput'
import { ResultBadge, SumBadge } from './ResultBadge'
import { attemptsOf, type Result, sumOf } from './results'
import { opensUp } from './rows'
import { Sentence } from './Sentence'
import { fold, useTree } from './store'
import { useWords } from './words'

export type Where = { level: number; pos: number; size: number }

export const ariaWhere = ({ level, pos, size }: Where) => ({ 'aria-level': level, 'aria-posinset': pos, 'aria-setsize': size })

/** useName gives the name of a step: its own, or that of its action. */
export function useName() {
  const desk = useDesk()
  const say = useSay()
  return (step: Step) => {
    const action = desk.actions.get(step.action)
    return step.name || (action ? say(action.title) : step.action)
  }
}

/** useRow gives what each row of the tree needs to be one of a roving group. */
export function useRow(key: string) {
  const desk = useDesk()
  const at = useTree(desk.store, (s) => s.at === key)
  const open = useTree(desk.store, (s) => s.open === key)
  return { open, row: { role: 'treeitem', tabIndex: at ? 0 : -1, 'aria-selected': open, 'data-row': key, onFocus: (e: React.FocusEvent) => { e.stopPropagation(); if (!at) desk.store.set({ at: key }) } } as const }
}

/** Disc stands on the thread; it is the handle to drag a step by. */
function Disc({ step, small, on }: { step: Step; small: boolean; on: boolean }) {
  const { hands, actions } = useDesk()
  const t = useWords()
  const mark = step.disabled ? undefined : actions.get(step.action)?.mark
  return (
    <span title={hands && t.drag}
      className={`group/disc relative grid shrink-0 place-items-center rounded-xl border bg-surface transition-colors ${small ? 'size-[32px]' : 'size-[40px]'} ${on ? 'border-accent text-accent' : 'border-line text-accent'} ${hands ? 'cursor-grab touch-none' : ''} ${step.disabled ? 'border-dashed text-text-3' : ''}`}>
      <span className={`rounded-[inherit] ${hands ? 'group-hover/disc:opacity-0' : ''}`}><ActionIcon kind={step.action} mark={mark} /></span>
      {hands && <Grip size={16} aria-hidden className="absolute opacity-0 group-hover/disc:opacity-100" />}
    </span>
  )
}

type CardProps = { step: Step; number?: number; where: Where; small: boolean; plus: React.ReactNode }

/** Card is one step: its disc on the thread, its name, what became of it, and one human sentence. */
export function Card({ step, number, where, small, plus }: CardProps) {
  const desk = useDesk()
  const t = useWords()
  const name = useName()(step)
  const { open, row } = useRow(step.id)
  const folded = useTree(desk.store, (s) => s.folded.has(step.id))
  const dragged = useTree(desk.store, (s) => s.dragging === step.id)
  const cut = useTree(desk.store, (s) => s.cut.has(step.id))
  const naming = useTree(desk.store, (s) => s.naming === step.id)
  const errors = useTree(desk.store, (s) => (s.problems.get(step.id)?.errors ?? 0) > 0)
  const failed = useTree(desk.store, (s) => s.results.get(step.id)?.state === 'failed')
  const parent = opensUp(step)
  const edge = open ? 'border-accent ring-3 ring-accent-soft' : errors || failed ? 'border-fail' : 'border-line hover:border-edge'
  const turn = step.steps && desk.loopAside?.(step)
  return (
    <div role="none" data-card onClick={() => desk.open(step.id)} onPointerDown={desk.hands && ((e) => desk.hands?.drag(e, step.id))} className={`group flex scroll-my-[40px] cursor-pointer ${desk.hands ? 'select-none' : ''} ${small ? 'gap-[10px]' : 'gap-[14px] max-sm:gap-[10px]'} ${dragged || cut ? 'opacity-45' : ''}`}>
      <Disc step={step} small={small} on={open} />
      <div role="none" className={`${cardLook} ${edge} ${step.disabled ? 'border-dashed bg-transparent shadow-none' : ''}`}>
        <div role="none" className="flex">
          {number !== undefined && <span aria-hidden className="w-6 shrink-0 text-meta/6 text-text-3">{number}</span>}
          <div {...row} {...ariaWhere(where)} aria-expanded={parent ? !folded : undefined} aria-labelledby={`n-${step.id}${turn ? ` u-${step.id}` : ''} b-${step.id}`} aria-describedby={`s-${step.id} w-${step.id}`} className="flex min-h-6 min-w-0 flex-1 items-start gap-x-2 outline-none">
            <span className="@container flex min-h-6 min-w-0 flex-1 flex-wrap items-start gap-x-2 gap-y-1">{naming ? <NameInput id={step.id} name={step.name ?? ''} placeholder={name} /> : <span id={`n-${step.id}`} className={`min-w-0 flex-1 basis-20 mt-0.5 font-semibold break-words ${step.disabled ? 'text-text-2' : ''}`}><Tight text={name} /></span>}{' '}
            {turn}{' '}
            <Badges step={step} folded={folded} /></span>{' '}
            {parent && <FoldButton id={step.id} name={name} folded={folded} />}
            {desk.hands && <MoreButton id={step.id} name={name} />}
            {plus}
          </div>
        </div>
        <div role="none" className={`${number !== undefined ? 'pl-6' : ''} ${desk.hands ? 'pointer-coarse:min-h-[24px] pointer-coarse:pr-8' : ''}`}>
          <Sentence step={step} id={`s-${step.id}`} />
          {!step.disabled && <Why step={step} folded={folded} />}
          {step.note && <span className="mt-1 flex gap-1.5 text-meta text-text-3"><StickyNote size={13} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0" /><span className="sr-only">{t.note}: </span><span className="line-clamp-2">{step.note}</span></span>}
          {desk.foot?.(step)}
        </div>
      </div>
    </div>
  )
}

/** cardLook is that of all cards; the focus of the row inside is drawn around the whole of it. */
export const cardLook = 'min-w-0 flex-1 rounded-xl border bg-surface px-[14px] py-[10px] shadow-card transition-colors has-[[data-row]:focus-visible]:outline-2 has-[[data-row]:focus-visible]:outline-offset-1 has-[[data-row]:focus-visible]:outline-accent'

/** MoreButton opens what can be done with a step; it shows itself to who points at the card, and always to a finger. */
function MoreButton({ id, name }: { id: string; name: string }) {
  const { hands } = useDesk()
  const t = useWords()
  return (
    <span className="relative -ml-2 h-6 w-0">
      <button type="button" tabIndex={-1} aria-label={fill(t.actionsOf, { name })} aria-haspopup="menu" onClick={(e) => { e.stopPropagation(); hands?.menu(id, e.currentTarget) }}
        className="absolute -top-[24px] -right-[4px] grid h-[24px] w-[32px] place-items-center rounded-full border border-line bg-surface text-text-2 opacity-0 shadow-card transition-opacity group-hover:opacity-100 group-has-[[data-row]:focus-visible]:opacity-100 hover:border-edge hover:text-text focus-visible:opacity-100 pointer-coarse:top-[22px] pointer-coarse:-right-[12px] pointer-coarse:h-[44px] pointer-coarse:w-[44px] pointer-coarse:border-0 pointer-coarse:pb-[16px] pointer-coarse:bg-transparent pointer-coarse:opacity-100 pointer-coarse:shadow-none"><Dots size={16} aria-hidden /></button>
    </span>
  )
}

/** ProblemBadge counts the worst that there is: faults, what is yet to be filled in, warnings, or hints. */
export function ProblemBadge({ problem: p }: { problem: Counted }) {
  const t = useWords()
  const plural = usePlural()
  const worst = (['errors', 'todo', 'warnings'] as const).find((kind) => p[kind] > 0) ?? 'hints'
  const Icon = { errors: TriangleAlert, todo: PencilLine, warnings: TriangleAlert, hints: Lightbulb }[worst]
  return <Badge tone={worst === 'errors' ? 'fail' : 'warn'}><Icon size={13} aria-hidden />{plural(t, worst, p[worst])}</Badge>
}

/** Why is the reason of what became of a step, in a line: what it failed at, why it was stopped, until when it waits, what is to be decided. */
function Why({ step, folded }: { step: Step; folded: boolean }) {
  const { store, labels } = useDesk()
  const t = useWords()
  const result = useTree(store, (s) => s.results.get(step.id))
  const { moment } = useFormat()
  const parent = opensUp(step)
  const said = useTree(store, (s) => !folded && parent && sumOf(s.results, insideOf(step)).some(([state]) => state === result?.state)) // there
  const tone = result && !said && reasons[result.state]
  const until = result?.due !== undefined && ['waiting', 'parked'].includes(result.state) && fill(t.untilTime, { time: moment(result.due) })
  const text = [until, result?.state === 'unknown' ? t.decideIt : result?.text].filter(Boolean).join(' · ')
  if (!tone || !text) return null
  return <span id={`w-${step.id}`} title={text} className={`mt-1 line-clamp-2 text-meta [overflow-wrap:anywhere] ${tone}`}><LabelsContext value={labels}><Ticked text={ticked(text)} /></LabelsContext></span>
}

const reasons: Partial<Record<Result['state'], string>> = { failed: 'text-fail', unknown: 'text-warn', refused: 'text-warn', filtered: 'text-text-2', waiting: 'text-wait', retrying: 'text-wait', parked: 'text-wait' }

/** useInside sums up what is folded: the states of steps and what is wrong with them. */
export function useInside(steps: Step[], folded: boolean) {
  const { store } = useDesk()
  const states = useTree(store, (s) => (folded ? JSON.stringify(sumOf(s.results, steps)) : '[]'))
  const wrong = useTree(store, (s) => (folded ? JSON.stringify(problemsIn(s.problems, steps)) : 'null'))
  return useMemo(() => ({ sum: JSON.parse(states) as [Result['state'], number][], problem: JSON.parse(wrong) as Counted | null }), [states, wrong])
}

type Counted = { errors: number; todo: number; warnings: number; hints: number }

function problemsIn(problems: ReadonlyMap<string, Counted>, steps: Step[]): Counted | null {
  const sum = { errors: 0, todo: 0, warnings: 0, hints: 0 }
  walk(steps, (s) => {
    const p = problems.get(s.id)
    if (p) for (const kind of ['errors', 'todo', 'warnings', 'hints'] as const) sum[kind] += p[kind]
  })
  return Object.values(sum).some((n) => n > 0) ? sum : null
}

const insideOf = (step: Step) => children(step).flatMap((c) => c.steps)

/** Badges say what became of a step, what is wrong with it and whether it is off; of a folded one also of what is inside. */
function Badges({ step, folded }: { step: Step; folded: boolean }) {
  const desk = useDesk()
  const t = useWords()
  const result = useTree(desk.store, (s) => s.results.get(step.id))
  const own = useTree(desk.store, (s) => s.problems.get(step.id))
  const { sum, problem } = useInside(useMemo(() => insideOf(step), [step]), folded)
  return (
    <span id={`b-${step.id}`} className="flex min-h-6 max-w-full min-w-0 flex-wrap items-center gap-1 empty:hidden">
      {own && <Faults problem={own} title={own.text} show={() => desk.open(step.id, own.first)} />}{' '}
      {step.disabled ? <Badge><CircleSlash size={13} aria-hidden />{t.disabled}</Badge> : result && <Became result={result} step={step} />}{' '}
      {problem && <Faults problem={problem} show={() => fold(desk.store, step.id, false)} />}{' '}
      {!step.disabled && sum.length > 0 && <SumBadge sum={sum} />}
    </span>
  )
}

/** Became is the badge of a step; where somebody has to look, it leads to the run. */
function Became({ result, step }: { result: Result; step: Step }) {
  const { actions } = useDesk()
  const t = useWords()
  const badge = <ResultBadge result={result} most={attemptsOf(step, actions.get(step.action))} short />
  if (!result.href || (!calls.has(result.state) && !result.failed)) return badge
  return <Link href={result.href} tabIndex={-1} data-tip={t.openRun} onClick={(e) => e.stopPropagation()} className="finger max-w-full min-w-0 rounded-full hover:underline">{badge}</Link>
}

const calls = new Set<Result['state']>(['failed', 'unknown', 'refused', 'waiting', 'retrying', 'parked'])

/** Faults is a count of what is wrong that leads there. */
export function Faults({ problem, title, show }: { problem: Counted; title?: string; show: () => void }) {
  return (
    <button data-faults type="button" tabIndex={-1} title={title} onClick={(e) => { e.stopPropagation(); show() }} className="finger rounded-full">
      <ProblemBadge problem={problem} />
    </button>
  )
}

export function FoldButton({ id, name, folded }: { id: string; name: string; folded: boolean }) {
  const desk = useDesk()
  const t = useWords()
  return (
    <button type="button" tabIndex={-1} aria-label={fill(folded ? t.unfoldIt : t.foldIt, { name })} onClick={(e) => { e.stopPropagation(); fold(desk.store, id, !folded) }}
      className="grid size-6 shrink-0 place-items-center rounded-md text-text-3 hover:bg-sunken hover:text-text pointer-coarse:-my-1.5 pointer-coarse:-mr-2 pointer-coarse:size-9">{folded ? <ChevronRight size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}</button>
  )
}
