import { useMemo } from 'react'
import { hidden } from './hide'
import { useSwitch } from './switch'

/** useHidden is a text, a run, an event or many of them as they are shown under the switch. */
export function useHidden<T>(thing: T, searched = ''): T {
  const { revealed } = useSwitch()
  return useMemo(() => (revealed ? thing : hidden(thing, searched)), [revealed, thing, searched])
}
