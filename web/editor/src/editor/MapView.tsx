import { useMemo } from 'react'
import type { Flow } from '../flow'
import type { Desk } from '../tree/desk'
import { useTree } from '../tree/store'
import { useSay } from '../words'
import { type Box, boxHeight, boxWidth, layoutOf, type Wire } from './mapLayout'
import { useWords } from './words'

/** MapView draws the whole flow at once, to be looked at; the list beside it says the same to keys and ears. */
export function MapView({ flow, desk }: { flow: Flow; desk: Desk }) {
  const t = useWords()
  const layout = useMemo(() => layoutOf(flow, { onFailure: t.onFailure, forEach: '↻' }), [flow, t])
  const pad = 24
  return (
    <div>
      <p className="mb-4 text-center text-secondary text-text-2">{t.mapHelp}</p>
      <div aria-hidden data-sideways className="overflow-auto">
        <svg width={layout.width + pad * 2} height={layout.height + pad * 2} viewBox={`${-pad} ${-pad} ${layout.width + pad * 2} ${layout.height + pad * 2}`} className="mx-auto block max-w-none">
          {layout.wires.map((w, i) => <WireLine key={i} wire={w} desk={desk} />)}
          {layout.boxes.map((b) => <BoxView key={b.id} box={b} flow={flow} desk={desk} />)}
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

const looks = { succeeded: 'stroke-ok', failed: 'stroke-fail', unknown: 'stroke-warn', retrying: 'stroke-wait', waiting: 'stroke-wait', parked: 'stroke-wait' } as const

function BoxView({ box, flow, desk }: { box: Box; flow: Flow; desk: Desk }) {
  const say = useSay()
  const t = useWords()
  const state = useTree(desk.store, (s) => s.results.get(box.id)?.state)
  const action = box.step && desk.actions.get(box.step.action)
  const title = box.kind === 'trigger' ? `${t.trigger}: ${flow.trigger.kind}` : box.kind === 'room' ? (box.label ?? '') : box.step?.name || (action ? say(action.title) : (box.step?.action ?? ''))
  const edge = state && state in looks ? looks[state as keyof typeof looks] : 'stroke-line'
  const text = title.length > 24 ? `${title.slice(0, 23)}…` : title
  if (box.kind === 'room') return <text x={box.x + boxWidth / 2} y={box.y + 17} textAnchor="middle" className="fill-text-2 text-meta">{text}</text>
  return (
    <g onClick={() => desk.open(box.id)} className="cursor-pointer">
      <title>{title}</title>
      <rect x={box.x} y={box.y} width={boxWidth} height={boxHeight} rx="10" strokeWidth="1.5" strokeDasharray={box.step?.disabled ? '4 4' : undefined} className={`${box.kind === 'trigger' ? 'fill-accent stroke-accent' : `fill-surface ${edge}`}`} />
      <text x={box.x + boxWidth / 2} y={box.y + boxHeight / 2 + 5} textAnchor="middle" className={`text-secondary font-medium ${box.kind === 'trigger' ? 'fill-on-accent' : 'fill-text'}`}>{text}</text>
    </g>
  )
}
