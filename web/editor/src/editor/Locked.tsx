import type { ReactNode, SyntheticEvent } from 'react'
import { useSession } from '../api/hooks'
import { LooksLine } from '../shell/OnlyLooks'
import { useWords } from './words'

/** useLooks says whether this person may only look. */
export const useLooks = () => useSession().data?.role === 'viewer'

/** LooksNote says so, once, above what cannot be changed. */
export function LooksNote() {
  const t = useWords()
  if (!useLooks()) return null
  return <LooksLine>{t.onlyLooks}</LooksLine>
}

const moves = /^(Arrow|Home|End|Page|Tab|Escape)/

/** Locked draws a form that a person may only look at as one that cannot be typed into, without the buttons that would change it. */
export function Locked({ children }: { children: ReactNode }) {
  const looks = useLooks()
  const stop = (e: SyntheticEvent) => {
    e.preventDefault()
    e.stopPropagation()
  }
  if (!looks) return children
  return (
    <fieldset disabled className="min-w-0 space-y-5 [&_.cm-editor]:opacity-70 [&_.min-h-4:empty]:hidden [&_button.inline-flex:disabled]:hidden" onBeforeInputCapture={stop} onPasteCapture={stop} onCutCapture={stop}
      onKeyDownCapture={(e) => { if (!moves.test(e.key) && !((e.ctrlKey || e.metaKey) && /^[ac]$/i.test(e.key))) stop(e) }}>
      {children}
    </fieldset>
  )
}
