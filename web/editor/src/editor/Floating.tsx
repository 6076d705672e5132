import { useEffect, useLayoutEffect, useRef, useState } from 'react'

type FloatingProps = { anchor: HTMLElement; width: number; label: string; role?: 'dialog'; tall?: boolean; close: () => void; children: React.ReactNode }

/** Floating stands beside what opened it, or rises from the foot of a phone; a click outside or Escape closes it. A tall one keeps its height there, whatever it holds. */
export function Floating({ anchor, width, label, role = 'dialog', tall = false, close, children }: FloatingProps) {
  const box = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<{ left: number; top: number } | null>(null)
  useLayoutEffect(() => {
    const place = () => {
      const own = box.current
      if (!own || innerWidth < 640) return setAt(null)
      const a = anchor.getBoundingClientRect()
      const height = own.offsetHeight
      const below = a.bottom + 6 + height <= innerHeight - 8 || a.top < height + 14
      setAt({ left: Math.max(8, Math.min(a.left, innerWidth - width - 8)), top: Math.max(8, Math.min(below ? a.bottom + 6 : a.top - height - 6, innerHeight - height - 8)) })
    }
    place()
    const watch = new ResizeObserver(place)
    if (box.current) watch.observe(box.current)
    addEventListener('resize', place)
    return () => {
      watch.disconnect()
      removeEventListener('resize', place)
    }
  }, [anchor, width])
  useEffect(() => {
    const outside = (e: PointerEvent) => {
      if (e.target instanceof Node && !box.current?.contains(e.target) && !anchor.contains(e.target)) close()
    }
    document.addEventListener('pointerdown', outside, true)
    return () => document.removeEventListener('pointerdown', outside, true)
  }, [anchor, close])
  const keys = (e: React.KeyboardEvent) => {
    if (e.key === 'Escape' && !e.defaultPrevented) {
      e.preventDefault()
      close()
    }
    e.stopPropagation()
  }
  return (
    <>
      <div aria-hidden className="fixed inset-0 z-40 bg-veil sm:hidden" />
      <div ref={box} role={role} aria-label={label} onKeyDown={keys} onClick={(e) => e.stopPropagation()} style={at ? { left: at.left, top: at.top, width } : undefined}
        className={`fixed inset-x-0 bottom-0 z-50 flex max-h-[80dvh] flex-col rounded-t-2xl border border-line bg-surface shadow-float animate-rise sm:inset-auto sm:max-h-[min(36rem,86dvh)] sm:rounded-xl ${tall ? 'max-sm:h-[80dvh]' : ''}`}>
        {children}
      </div>
    </>
  )
}
