import { type Flow, type Step } from '../flow'

export type Box = { id: string; x: number; y: number; step?: Step; label?: string; kind: 'trigger' | 'step' | 'room' }
export type Wire = { x1: number; y1: number; x2: number; y2: number; of?: string }
/** A frame goes around the steps that a loop repeats. */
type Frame = { id: string; x: number; y: number; width: number; height: number }
type Layout = { boxes: Box[]; wires: Wire[]; frames: Frame[]; width: number; height: number }

export const boxWidth = 216
export const boxHeight = 56
const gapX = 28
const gapY = 30
const roomHeight = 26
const framePad = 16

type Room = { key: string; label: string; steps: Step[]; loop: boolean }

/** layoutOf places a flow from top to bottom: blocks side by side, centred under what opens them; what a loop repeats stands in a frame. */
export function layoutOf(flow: Flow, titles: { onFailure: string; forEach: string }): Layout {
  const boxes: Box[] = []
  const wires: Wire[] = []
  const frames: Frame[] = []
  const rooms = (s: Step): Room[] => [
    ...(s.steps ? [{ key: `${s.id}/steps`, label: titles.forEach, steps: s.steps, loop: true }] : []),
    ...(s.branches ?? []).map((b, i) => ({ key: `${s.id}/${i}`, label: b.name, steps: b.steps, loop: false })),
    ...(s.catch ? [{ key: `${s.id}/catch`, label: titles.onFailure, steps: s.catch, loop: false }] : []),
  ]
  const roomWidth = (r: Room) => width(r.steps) + (r.loop ? framePad * 2 : 0)
  const width = (steps: Step[]): number => Math.max(boxWidth, ...steps.map((s) => rooms(s).reduce((sum, r) => sum + roomWidth(r) + gapX, rooms(s).length ? -gapX : 0)))
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
      let x = cx - own.reduce((sum, r) => sum + roomWidth(r) + gapX, -gapX) / 2
      let end = y
      const ends: { cx: number; y: number }[] = []
      for (const room of own) {
        const w = roomWidth(room)
        const mid = x + w / 2
        boxes.push({ id: room.key, kind: 'room', label: room.label, x: mid - boxWidth / 2, y: room.loop ? y + 6 : y })
        wires.push({ x1: cx, y1: foot, x2: mid, y2: y })
        const inside = list(room.steps, mid, y + roomHeight + gapY + (room.loop ? 4 : 0)) - gapY
        const last = room.loop ? Math.max(inside, y + roomHeight + 4) + framePad : inside
        if (room.loop) frames.push({ id: step.id, x, y, width: w, height: last - y })
        ends.push({ cx: mid, y: last })
        end = Math.max(end, last + gapY)
        x += w + gapX
      }
      for (const e of ends) wires.push({ x1: e.cx, y1: e.y, x2: cx, y2: end })
      y = own.length > 1 || ends.some((e) => e.cx !== cx) ? end + gapY : end
    }
    return y
  }
  const whole = width(flow.steps)
  const cx = whole / 2
  boxes.push({ id: 'trigger', kind: 'trigger', x: cx - boxWidth / 2, y: 0 })
  const height = list(flow.steps, cx, boxHeight + gapY) - gapY
  return { boxes, wires, frames, width: whole, height: Math.max(boxHeight, height) }
}
