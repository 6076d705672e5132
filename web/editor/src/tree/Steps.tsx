import { memo } from 'react'
import { Check, CircleAlert, Plus as PlusIcon, Split } from 'lucide-react'
import type { Branch, Place, Step } from '../flow'
import { useWords as useShared } from '../words'
import { fill, usePlural } from '../words/phrase'
import { ariaWhere, Card, Faults, FoldButton, useInside, useName, useRow, type Where } from './Card'
import { blank } from './changes'
import { useDesk } from './desk'
import { Plus } from './Plus'
import { SumBadge } from './ResultBadge'
import { tookPath } from './results'
import { branchKey, catchKey, sizeInside } from './rows'
import { Condition } from './Sentence'
import { fold, useTree } from './store'
import { useWords } from './words'

/** Line is the thread below a disc: petrol where the run went on, quiet where it did not yet. */
function Line({ of, small, end }: { of?: string; small: boolean; end?: boolean }) {
  const { store } = useDesk()
  const on = useTree(store, (s) => of === undefined || s.went.has(of))
  return <span aria-hidden className={`absolute w-0.5 transition-colors duration-[240ms] ${small ? 'top-[32px] left-[15px]' : 'top-[40px] left-[19px]'} ${end ? 'bottom-[12px]' : 'bottom-0'} ${on ? 'bg-accent' : 'bg-edge/45'}`} />
}

type StepsProps = { steps: Step[]; place: Place; level: number; size: number; before: number; small: boolean; numbered?: boolean; most?: number }

/** sameProps compares as memo does, but places by what they say: they are made anew with each drawing. */
function sameProps<P extends object>(a: P, b: P): boolean {
  const equal = (x: unknown, y: unknown) => x === y || (typeof x === 'object' && typeof y === 'object' && x !== null && y !== null && ('slot' in x || 'pos' in x) && JSON.stringify(x) === JSON.stringify(y))
  return Object.keys({ ...a, ...b }).every((k) => equal(a[k as keyof P], b[k as keyof P]))
}

/** Steps draws one list of steps, each with what is inside of it. */
export const Steps = memo(function Steps({ steps, place, level, size, before, small, numbered = false, most }: StepsProps) {
  return steps.slice(0, most).map((step, i) => (
    <Block key={step.id} step={step} place={place} at={i} number={numbered ? i + 1 : undefined} level={level} pos={before + i + 1} size={size} small={small} last={i === steps.length - 1} />
  ))
}, sameProps)

type BlockProps = { step: Step; place: Place; at: number; number?: number; level: number; pos: number; size: number; small: boolean; last: boolean }

/** rests leaves out of style, layout and paint what is far out of sight; a menu or an outline may stand over the edge. */
const rests = '[content-visibility:auto] [contain-intrinsic-height:auto_90px] [overflow-clip-margin:140px]'

const Block = memo(function Block({ step, place, at, number, level, pos, size, small, last }: BlockProps) {
  const desk = useDesk()
  const t = useWords()
  const name = useName()(step)
  const folded = useTree(desk.store, (s) => s.folded.has(step.id))
  const where = { level, pos, size }
  const plus = <Plus gap={{ place, at: at + 1 }} small={small} label={fill(t.addAfter, { name })} className="absolute bottom-0" />
  return (
    <div role="none" data-block={step.id} className={`relative min-w-0 ${number === undefined ? '' : rests} ${desk.hands || !last ? 'pb-[22px]' : 'pb-2'}`}>
      {(desk.hands || !last) && <Line of={step.id} small={small} end={last} />}
      <Card step={step} number={number} where={where} small={small} plus={plus} />
      {!folded && <Inside step={step} level={level + 1} small={small} />}
    </div>
  )
}, sameProps)

function Inside({ step, level, small }: { step: Step; level: number; small: boolean }) {
  const size = sizeInside(step)
  const left = small ? 'ml-[42px] max-sm:ml-[26px]' : 'ml-[54px] max-sm:ml-[34px]'
  if (!step.steps && !step.branches && !step.catch) return null
  return (
    <div role="none" className={`@container ${left} min-w-0 ${!small && step.branches?.length === 3 ? '@min-[940px]:-mr-[130px]' : ''}`}>
      {step.steps && <LoopFrame step={step} level={level} size={size} />}
      {step.branches && (
        <div role="none" className={`mt-3.5 grid grid-cols-[minmax(0,1fr)] gap-x-4 gap-y-3 ${abreast[step.branches.length] ?? ''}`}>
          {step.branches.map((b, i) => <BranchRoom key={i} step={step} branch={b} at={i} where={{ level, pos: i + 1, size }} />)}
        </div>
      )}
      {step.branches && <AddBranch step={step} />}
      {step.catch && <CatchRoom step={step} where={{ level, pos: size, size }} />}
    </div>
  )
}

/** abreast puts paths side by side where all of them have room; else they stand one below the other. */
const abreast: Record<number, string> = { 2: '@min-[500px]:grid-cols-2', 3: '@min-[750px]:grid-cols-3' }

/** LoopFrame holds the steps that run for each item. */
function LoopFrame({ step, level, size }: { step: Step; level: number; size: number }) {
  const t = useWords()
  const steps = step.steps ?? []
  const name = useName()(step)
  const desk = useDesk()
  return (
    <div role="none" className="mt-3 rounded-xl border border-line bg-sunken/60 px-3 pt-2 pb-1">
      <div role="none" className="mb-1.5 flex min-h-7 flex-wrap items-center gap-2 text-meta text-text-2">
        <span aria-hidden className="flex-1">{t.forEach}</span>
        <span aria-hidden>{desk.frameAside?.(step)}</span>
      </div>
      <div aria-hidden><GapIn place={{ step: step.id, slot: 'steps' }} empty={steps.length === 0} name={name} /></div>
      <Steps steps={steps} place={{ step: step.id, slot: 'steps' }} level={level} size={size} before={0} small />
    </div>
  )
}

type RoomProps = { id: string; where: Where; title: string; aside: React.ReactNode; icon?: React.ReactNode; steps: Step[]; place: Place; tone?: string }

/** Room is a list with a head of its own: a path, or what happens after a failure. */
function Room({ id, where, title, aside, icon, steps, place, tone = 'border-line' }: RoomProps) {
  const desk = useDesk()
  const plural = usePlural()
  const t = useWords()
  const { row, open } = useRow(id)
  const folded = useTree(desk.store, (s) => s.folded.has(id))
  const { sum, problem } = useInside(steps, folded)
  return (
    <div role="none" className="min-w-0">
      <div {...row} {...ariaWhere(where)} aria-expanded={!folded} aria-labelledby={`n-${id} b-${id} i-${id}`} onClick={() => desk.open(id)} className="group block cursor-pointer outline-none">
        <div className={`flex min-h-9 items-center gap-1.5 border-t-2 pt-1.5 text-secondary ${open ? 'border-accent' : tone}`}>
          <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2 rounded group-focus-visible:outline-2 group-focus-visible:outline-offset-2 group-focus-visible:outline-accent">
            <span id={`n-${id}`} className="flex items-center gap-1.5 font-semibold">{icon}{title}</span>{' '}
            <span id={`b-${id}`} className="line-clamp-2 min-w-0 text-meta/5 text-text-2">{aside}{folded && `${aside ? ' · ' : ''}${plural(t, 'inside', steps.length)}`}</span>{' '}
            <span id={`i-${id}`} className="flex min-w-0 flex-wrap gap-1 self-center empty:hidden">{problem && <Faults problem={problem} show={() => fold(desk.store, id, false)} />}{sum.length > 0 && <SumBadge sum={sum} />}</span>
          </span>
          <FoldButton id={id} name={title} folded={folded} />
        </div>
        {!folded && <GapIn place={place} empty={steps.length === 0} name={title} />}
      </div>
      {!folded && <Steps steps={steps} place={place} level={where.level + 1} size={steps.length} before={0} small />}
    </div>
  )
}

/** GapIn is the way into a list: before its first step. In a loop it is for the hand alone; keys have Shift+A. */
function GapIn({ place, empty, name }: { place: Place; empty: boolean; name: string }) {
  const t = useWords()
  const shared = useShared()
  const { hands } = useDesk()
  if (!hands) return <div className="h-1.5" />
  return (
    <div className="relative h-[32px]">
      {!empty && <span aria-hidden className="absolute top-0 bottom-0 left-[15px] w-0.5 bg-edge/45" />}
      <Plus gap={{ place, at: 0 }} small label={fill(t.addFirst, { name })} word={empty ? shared.addStep : undefined} className="absolute top-[4px]" />
    </div>
  )
}

const BranchRoom = memo(function BranchRoom({ step, branch, at, where }: { step: Step; branch: Branch; at: number; where: Where }) {
  const t = useWords()
  const shared = useShared()
  const aside = step.action !== 'branch' ? t.atOnce : branch.when !== undefined ? branch.when === blank ? <span className="font-medium text-warn">{t.noCondition}</span> : <Condition source={branch.when} /> : t.always
  const title = branch.name || (branch.when === undefined && step.action === 'branch' ? shared.otherwise : `${shared.branch} ${at + 1}`)
  const { store } = useDesk()
  const taken = useTree(store, (s) => tookPath(s.results.get(step.id), at))
  const mark = taken ? <Check size={14} strokeWidth={2} aria-hidden className="text-ok" /> : undefined
  return <Room id={branchKey(step.id, at)} where={where} title={title} icon={mark} aside={taken ? <><span className="font-medium text-ok">{t.taken}</span> · {aside}</> : aside} tone={taken ? 'border-ok' : undefined} steps={branch.steps} place={{ step: step.id, slot: at }} />
}, sameProps)

function CatchRoom({ step, where }: { step: Step; where: Where }) {
  const shared = useShared()
  return (
    <div role="none" className="mt-3.5">
      <Room id={catchKey(step.id)} where={where} title={shared.onFailure} aside={null} icon={<CircleAlert size={14} strokeWidth={1.75} aria-hidden className="text-fail" />} steps={step.catch ?? []} place={{ step: step.id, slot: 'catch' }} tone="border-fail/40" />
    </div>
  )
}

/** AddBranch is for hands and eyes; keys and ears have Shift+A and the menu. */
function AddBranch({ step }: { step: Step }) {
  const { hands } = useDesk()
  const t = useShared()
  if (!hands) return null
  return (
    <button type="button" tabIndex={-1} aria-hidden onClick={() => hands.addBranch(step.id)} className="mt-1 inline-flex h-7 items-center gap-1.5 rounded-md px-1.5 text-meta text-text-2 hover:bg-sunken hover:text-text">
      <Split size={13} strokeWidth={1.75} /><PlusIcon size={11} className="-ml-1" />{t.branch}
    </button>
  )
}
