type Spot = { x: number; y: number }

export type Spots = ReadonlyMap<string, Spot>

/** takeRows notes where the blocks stand within the tree, by step. */
export function takeRows(box: HTMLElement): Spots {
  const blocks = box.querySelectorAll<HTMLElement>('[data-block]')
  const spots = new Map<string, Spot>()
  if (blocks.length > 200) return spots
  const from = box.getBoundingClientRect()
  for (const b of blocks) {
    const r = b.getBoundingClientRect()
    spots.set(b.dataset.block ?? '', { x: r.left - from.left, y: r.top - from.top })
  }
  return spots
}

/** playRows slides blocks from where they stood; where motion is not wanted they are there at once. */
export function playRows(box: HTMLElement, before: Spots) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  for (const [id, now] of takeRows(box)) {
    const old = before.get(id)
    const block = box.querySelector(`[data-block="${CSS.escape(id)}"]`)
    if (!old || !block || block.parentElement?.closest('[data-block]')?.getAnimations().length) continue
    const [x, y] = [old.x - now.x, old.y - now.y]
    if (Math.abs(x) + Math.abs(y) > 2) block.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }], { duration: 180, easing: 'ease-out' })
  }
}
