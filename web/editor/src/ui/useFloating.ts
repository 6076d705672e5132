import { type RefObject, useLayoutEffect } from 'react'

type Side = 'start' | 'end'

/** place puts a floating box under (or, where there is no room, above) its anchor and inside the window. */
export function place(anchor: DOMRect, box: HTMLElement, side: Side) {
  const gap = 6
  const { innerWidth: w, innerHeight: h } = window
  const size = box.getBoundingClientRect()
  const below = h - anchor.bottom - gap * 2
  const above = anchor.top - gap * 2
  const up = below < Math.min(size.height, 240) && above > below
  box.style.maxHeight = `${Math.max(120, up ? above : below)}px`
  const height = Math.min(size.height, up ? above : below)
  const left = side === 'start' ? anchor.left : anchor.right - size.width
  box.style.left = `${Math.max(gap, Math.min(left, w - size.width - gap))}px`
  box.style.top = `${up ? anchor.top - height - gap : anchor.bottom + gap}px`
}

/** useFloating shows a popover beside its anchor while open, and keeps it there. */
export function useFloating(anchor: RefObject<HTMLElement | null>, box: RefObject<HTMLElement | null>, open: boolean, side: Side = 'start') {
  useLayoutEffect(() => {
    const element = box.current
    if (!open || !element || !anchor.current) return
    if (!element.matches(':popover-open')) element.showPopover()
    const put = () => {
      if (anchor.current) place(anchor.current.getBoundingClientRect(), element, side)
    }
    put()
    const seen = new ResizeObserver(put)
    seen.observe(element)
    addEventListener('scroll', put, true)
    addEventListener('resize', put)
    return () => {
      seen.disconnect()
      removeEventListener('scroll', put, true)
      removeEventListener('resize', put)
    }
  }, [anchor, box, open, side])
}

export const floatLook = 'fixed inset-auto m-0 overflow-y-auto rounded-xl border border-line bg-surface text-text shadow-float animate-rise'
