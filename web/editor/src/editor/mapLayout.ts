import { type Flow, type Step } from '../flow'

export type Box = { id: string; x: number; y: number; step?: Step; label?: string; kind: 'trigger' | 'step' | 'room' }
export type Wire = { x1: number; y1: number; x2: number; y2: number; of?: string }
export type Layout = { boxes: Box[]; wires: Wire[]; width: number; height: number }

export const boxWidth = 168
export const boxHeight = 44
const gapX = 24
const gapY = 30

/** layoutOf places a flow from top to bottom: blocks side by side, centred under what opens them. */
export function layoutOf(flow: Flow, titles: { onFailure: string; forEach: string }): Layout {
  const boxes: Box[] = []
  const wires: Wire[] = []
  const rooms = (s: Step) => [
    ...(s.steps ? [{ key: `${s.id}/steps`, label: titles.forEach, steps: s.steps }] : []),
    ...(s.branches ?? []).map((b, i) => ({ key: `${s.id}/${i}`, label: b.name, steps: b.steps })),
    ...(s.catch ? [{ key: `${s.id}/catch`, label: titles.onFailure, steps: s.catch }] : []),
  ]
  const width = (steps: Step[]): number => Math.max(boxWidth, ...steps.map((s) => rooms(s).reduce((sum, r) => sum + width(r.steps) + gapX, rooms(s).length ? -gapX : 0)))
  /** list draws steps down from a point, and gives where they end. */
  const list = (steps: Step[], cx: number, top: number): number => {
    let y = top
    for (const step of steps) {
      boxes.push({ id: step.id, kind: 'step', step, x: cx - boxWidth / 2, y })
      wires.push({ x1: cx, y1: y - gapY, x2: cx, y2: y, of: step.id })
      const own = rooms(step)
      const foot = y + boxHeight
      y = foot + gapY
      if (own.length === 0) continue
      const whole = own.reduce((sum, r) => sum + width(r.steps) + gapX, -gapX)
      let x = cx - whole / 2
      let end = y
      const ends: { cx: number; y: number }[] = []
      for (const room of own) {
        const w = width(room.steps)
        const mid = x + w / 2
        boxes.push({ id: room.key, kind: 'room', label: room.label, x: mid - boxWidth / 2, y })
        wires.push({ x1: cx, y1: foot, x2: mid, y2: y })
        const last = list(room.steps, mid, y + 26 + gapY)
        ends.push({ cx: mid, y: last - gapY })
        end = Math.max(end, last)
        x += w + gapX
      }
      for (const e of ends) wires.push({ x1: e.cx, y1: e.y, x2: cx, y2: end })
      y = end + gapY
    }
    return y
  }
  const whole = width(flow.steps)
  const cx = whole / 2
  boxes.push({ id: 'trigger', kind: 'trigger', x: cx - boxWidth / 2, y: 0 })
  const height = list(flow.steps, cx, boxHeight + gapY) - gapY
  return { boxes, wires, width: whole, height: Math.max(boxHeight, height) }
}
