import type { Gap } from '../flow'
import type { TreeStore } from '../tree/store'

type DragProps = { id: string; store: TreeStore; drop: (gap: Gap) => void }

/** startDrag lets a step follow the pointer; the gaps of the thread are where it can be dropped. */
export function startDrag(e: React.PointerEvent, { id, store, drop }: DragProps) {
  const row = (e.target as HTMLElement).closest<HTMLElement>('[data-card]')
  const block = row?.closest<HTMLElement>('[data-block]')
  if (!row || !block || e.button !== 0 || e.pointerType === 'touch' || (e.target as HTMLElement).closest('button, input, textarea, select, a')) return
  const from = { x: e.clientX, y: e.clientY }
  const box = row.getBoundingClientRect()
  const scroller = row.closest<HTMLElement>('main')
  let ghost: HTMLElement | null = null
  let over: HTMLElement | null = null
  let last = from
  let frame = 0

  const begin = () => {
    store.set({ dragging: id })
    ghost = row.cloneNode(true) as HTMLElement
    for (const part of [ghost, ...ghost.querySelectorAll('[id]')]) part.removeAttribute('id')
    for (const name of ['data-row', 'data-gap']) for (const part of ghost.querySelectorAll(`[${name}]`)) part.removeAttribute(name)
    ghost.setAttribute('aria-hidden', 'true')
    ghost.className = `${ghost.className} pointer-events-none fixed z-50 opacity-90 drop-shadow-xl`
    Object.assign(ghost.style, { width: `${row.offsetWidth}px`, left: '0', top: '0' })
    document.body.append(ghost)
    document.body.style.cursor = 'grabbing'
  }
  const look = () => {
    frame = 0
    if (!ghost) return
    ghost.style.transform = `translate(${last.x - from.x + box.left}px, ${last.y - from.y + box.top}px)`
    const edge = scroller?.getBoundingClientRect()
    if (scroller && edge) {
      const by = last.y < edge.top + 60 ? -12 : last.y > edge.bottom - 60 ? 12 : 0
      scroller.scrollTop += by
      if (by) frame = requestAnimationFrame(look)
    }
    const near = nearest({ x: last.x - from.x + box.left + 20, y: last.y - from.y + box.top + 20 }, block)
    if (near === over) return
    over?.removeAttribute('data-over')
    near?.setAttribute('data-over', '')
    over = near
  }
  const move = (m: PointerEvent) => {
    last = { x: m.clientX, y: m.clientY }
    if (!ghost && Math.hypot(last.x - from.x, last.y - from.y) > 5) begin()
    if (ghost && !frame) frame = requestAnimationFrame(look)
  }
  const end = (dropped: boolean) => {
    cancelAnimationFrame(frame)
    removeEventListener('pointermove', move)
    removeEventListener('pointerup', up)
    removeEventListener('pointercancel', cancel)
    removeEventListener('keydown', keys, true)
    over?.removeAttribute('data-over')
    document.body.style.cursor = ''
    if (!ghost) return
    ghost.remove()
    store.set({ dragging: null })
    addEventListener('click', swallow, { capture: true, once: true })
    setTimeout(() => removeEventListener('click', swallow, { capture: true }), 0)
    const gap = over?.dataset.gap
    if (dropped && gap) drop(JSON.parse(gap) as Gap)
  }
  const up = () => {
    if (ghost) look()
    end(true)
  }
  const cancel = () => end(false)
  const keys = (k: KeyboardEvent) => {
    if (k.key !== 'Escape') return
    k.preventDefault()
    k.stopPropagation()
    end(false)
  }
  addEventListener('pointermove', move)
  addEventListener('pointerup', up)
  addEventListener('pointercancel', cancel)
  addEventListener('keydown', keys, true)
}

function swallow(e: Event) {
  e.stopPropagation()
  e.preventDefault()
}

/** nearest finds the gap that a point is closest to, outside of what is dragged. */
function nearest(point: { x: number; y: number }, own: HTMLElement): HTMLElement | null {
  let best: HTMLElement | null = null
  let least = 140
  for (const gap of document.querySelectorAll<HTMLElement>('[data-gap]')) {
    if (own.contains(gap)) continue
    const r = gap.getBoundingClientRect()
    const across = Math.max(0, r.left - 12 - point.x, point.x - r.left - 260)
    const d = Math.hypot(across, point.y - (r.top + r.height / 2))
    if (d < least) [least, best] = [d, gap]
  }
  return best
}
