import type { Schemas } from '../api/client'

/** Mark draws a service's own sign, white on its colour; where there is none, what is inside of it. */
export function Mark({ mark, size = 18 }: { mark: Schemas['Mark']; size?: number }) {
  return (
    <span aria-hidden className="absolute inset-0 grid place-items-center rounded-[inherit] text-secondary font-semibold text-on-mark" style={{ backgroundColor: mark.color }}>
      {mark.path ? <svg viewBox="0 0 24 24" width={size} height={size} fill="currentColor"><path d={mark.path} /></svg> : mark.text}
    </span>
  )
}
