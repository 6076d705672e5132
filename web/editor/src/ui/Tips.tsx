import { useEffect, useRef } from 'react'
import { place } from './useFloating'

/** Tips shows the data-tip of what the pointer rests on, or what the keyboard came to. */
export function Tips() {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const hide = () => {
      clearTimeout(timer)
      if (box.current?.matches(':popover-open')) box.current.hidePopover()
    }
    const show = (target: Element) => {
      const tip = box.current
      if (!tip || !target.isConnected) return
      tip.textContent = target.getAttribute('data-tip')
      tip.showPopover()
      place(target.getBoundingClientRect(), tip, 'start')
    }
    const over = (e: Event, wait: number) => {
      const target = e.target instanceof Element ? e.target.closest('[data-tip]') : null
      hide()
      if (target) timer = setTimeout(() => show(target), wait)
    }
    const pointer = (e: PointerEvent) => { if (e.pointerType === 'mouse') over(e, 500) }
    const focus = (e: FocusEvent) => { if (e.target instanceof Element && e.target.matches(':focus-visible')) over(e, 200) }
    const key = (e: KeyboardEvent) => { if (e.key === 'Escape') hide() }
    addEventListener('pointerover', pointer)
    addEventListener('focusin', focus)
    addEventListener('pointerdown', hide)
    addEventListener('focusout', hide)
    addEventListener('keydown', key)
    return () => {
      hide()
      removeEventListener('pointerover', pointer)
      removeEventListener('focusin', focus)
      removeEventListener('pointerdown', hide)
      removeEventListener('focusout', hide)
      removeEventListener('keydown', key)
    }
  }, [])
  return <div ref={box} popover="manual" aria-hidden className="pointer-events-none fixed inset-auto m-0 max-w-72 rounded-lg bg-text px-2 py-1 text-meta text-bg" />
}
