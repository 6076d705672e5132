import { useCallback } from 'react'
import { useDesk } from './desk'
import { masked, veiled } from './hide'
import { useSwitch } from './switch'

/** useVeilOf is what examples look like under the switch: hide is of one value at a path, within of anything that is made of an event's data. */
export function useVeilOf(own: object) {
  const { revealed, may } = useSwitch()
  const hide = useCallback((value: unknown, path?: string) => (revealed ? value : masked(value, path)), [revealed])
  const within = useCallback(<T,>(value: T, scope = own) => (revealed ? value : veiled(value, scope)), [revealed, own])
  return { revealed, may, hide, within }
}

/** useVeil is that of the data on the desk. */
export const useVeil = () => useVeilOf(useDesk().scope)
