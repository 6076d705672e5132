import { useEffect, useRef } from 'react'

const narrow = '(max-width: 899px)'

/** useBack lets the button of a phone that goes back close what lies over the flow, and not leave the flow. */
export function useBack(open: boolean, close: () => void) {
  const now = useRef(close)
  useEffect(() => {
    now.current = close
  })
  useEffect(() => {
    if (!open || !matchMedia(narrow).matches) return
    history.pushState({ sheet: true }, '')
    const back = () => now.current()
    addEventListener('popstate', back)
    return () => {
      removeEventListener('popstate', back)
      if (isSheet(history.state)) history.back() // it was closed by hand
    }
  }, [open])
}

const isSheet = (state: unknown) => typeof state === 'object' && state !== null && 'sheet' in state
