import { useMemo } from 'react'
import { Repeat } from 'lucide-react'
import { ActionIcon } from '../tree/ActionIcon'
import { ProblemBadge } from '../tree/Card'
import type { Desk } from '../tree/desk'
import { looks } from '../tree/ResultBadge'
import { partsOf } from '../tree/Sentence'
import { useTree } from '../tree/store'
import type { Part } from '../tree/summary'
import { triggerIcon } from '../tree/TriggerCard'
import { useWords as useTreeWords } from '../tree/words'
import { Mark } from '../ui/Mark'
import { useSay } from '../words'
import type { MapProps } from './FlowMap'
import { type Box, boxHeight, boxWidth, layoutOf, type Wire } from './mapLayout'
import { usePlan } from './usePlan'
import { useWords } from './words'

/** smallest is how far a map shrinks to fit: smaller it cannot be read, and scrolls. */
const smallest = 0.65

/** MapView draws the whole flow at once, to be looked at; the list beside it says the same to keys and ears. */
export function MapView({ flow, desk, trigger }: MapProps) {
  const t = useWords()
  const words = useTreeWords()
  const plan = usePlan(flow)
  const Icon = triggerIcon(flow.trigger.kind)
  const layout = useMemo(() => layoutOf(flow, { onFailure: t.onFailure, forEach: words.forEach }), [flow, t, words])
  const pad = 24
  const width = layout.width + pad * 2
  return (
    <div>
      <p className="mb-4 text-center text-secondary text-text-2">{t.mapHelp}</p>
      <div aria-hidden data-sideways className="overflow-auto">
        <svg width={width} viewBox={`${-pad} ${-pad} ${width} ${layout.height + pad * 2}`} style={{ maxWidth: `max(100%, ${width * smallest}px)` }} className="mx-auto block h-auto">
          {layout.frames.map((f) => <rect key={f.id} x={f.x} y={f.y} width={f.width} height={f.height} rx="14" strokeWidth="1.5" strokeDasharray="5 4" className="fill-sunken stroke-edge/60" />)}
          {layout.wires.map((w, i) => <WireLine key={i} wire={w} desk={desk} />)}
          {layout.boxes.map((b) => (b.kind === 'room'
            ? <Room key={b.id} box={b} loop={b.id.endsWith('/steps')} />
            : (
              <foreignObject key={b.id} x={b.x - 4} y={b.y - 4} width={boxWidth + 8} height={boxHeight + 8} onClick={() => desk.open(b.id)} className="cursor-pointer overflow-visible">
                {b.step ? <StepBox box={b} desk={desk} /> : <Face tile={trigger.mark ? <Mark mark={trigger.mark} /> : <Icon size={17} strokeWidth={1.75} />} title={trigger.title} text={plan?.text ?? t.trigger} look="border-accent" tileLook="bg-accent text-on-accent" />}
                <Amiss id={b.id} desk={desk} />
              </foreignObject>
            )))}
        </svg>
      </div>
    </div>
  )
}

function WireLine({ wire: w, desk }: { wire: Wire; desk: Desk }) {
  const on = useTree(desk.store, (s) => w.of !== undefined && s.results.get(w.of)?.state === 'succeeded')
  const mid = (w.y1 + w.y2) / 2
  return <path d={w.x1 === w.x2 ? `M${w.x1} ${w.y1}V${w.y2}` : `M${w.x1} ${w.y1}C${w.x1} ${mid} ${w.x2} ${mid} ${w.x2} ${w.y2}`} fill="none" strokeWidth="2" className={on ? 'stroke-accent' : 'stroke-edge/50'} />
}

/** Room is the head of a path, or of what a loop repeats. */
function Room({ box, loop }: { box: Box; loop: boolean }) {
  return (
    <foreignObject x={box.x} y={box.y} width={boxWidth} height={26}>
      <p className="flex h-[26px] items-center justify-center gap-1.5 px-2 text-meta text-text-2">{loop && <Repeat size={13} strokeWidth={1.75} className="shrink-0" />}<span className="truncate">{box.label}</span></p>
    </foreignObject>
  )
}

const edges = { ok: 'border-ok', fail: 'border-fail', warn: 'border-warn', wait: 'border-wait', accent: 'border-accent', none: 'border-line' }
const inks = { ok: 'text-ok', fail: 'text-fail', warn: 'text-warn', wait: 'text-wait', accent: 'text-accent', none: 'text-text-3' }

function StepBox({ box, desk }: { box: Box; desk: Desk }) {
  const say = useSay()
  const t = useTreeWords()
  const state = useTree(desk.store, (s) => s.results.get(box.id)?.state)
  const faulty = useTree(desk.store, (s) => (s.problems.get(box.id)?.errors ?? 0) > 0)
  const { step } = box
  if (!step) return null
  const action = desk.actions.get(step.action)
  const title = step.name || (action ? say(action.title) : step.action)
  const [Icon, tone] = looks[state ?? 'untested']
  const word = state ? t[state] : ''
  return (
    <Face tile={<ActionIcon kind={step.action} mark={step.disabled ? undefined : action?.mark} size={17} />} title={title} text={plain(partsOf(step, desk, t, say))} look={faulty ? 'border-fail' : step.disabled ? 'border-dashed border-edge' : edges[tone]}
      aside={step.disabled ? <span className="text-meta text-text-3">{t.disabled}</span> : state && <span title={word} className={`shrink-0 ${inks[tone]}`}><Icon size={15} strokeWidth={2} /></span>} />
  )
}

/** Amiss tells what is wrong with a step, or of the trigger, as its card in the list does. */
function Amiss({ id, desk }: { id: string; desk: Desk }) {
  const problem = useTree(desk.store, (s) => s.problems.get(id))
  return problem && <span title={problem.text} className="absolute -top-2.5 right-2 rounded-full ring-2 ring-surface"><ProblemBadge problem={problem} /></span>
}

const plain = (parts: Part[]) => parts.map((p) => ('text' in p ? p.text : 'chip' in p ? p.chip : 'code' in p ? p.code : `[${p.blank}]`)).join('').trim()

/** Face is a box: a tile, a title, a line below it, and what became of it. */
function Face({ tile, title, text, look, tileLook = 'bg-accent-soft text-accent', aside }: { tile: React.ReactNode; title: string; text: string; look: string; tileLook?: string; aside?: React.ReactNode }) {
  return (
    <div title={text ? `${title}\n${text}` : title} style={{ width: boxWidth, height: boxHeight }} className={`m-1 flex items-center gap-2.5 rounded-xl border-[1.5px] bg-surface px-2.5 shadow-card hover:border-accent ${look}`}>
      <span className={`relative grid size-8 shrink-0 place-items-center rounded-lg ${tileLook}`}>{tile}</span>
      <span className="min-w-0 flex-1"><span className="block truncate text-secondary font-medium">{title}</span>{text && <span className="block truncate text-meta text-text-2">{text}</span>}</span>
      {aside}
    </div>
  )
}
