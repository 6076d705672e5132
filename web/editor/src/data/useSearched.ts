import { useEffect, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { isPersonal } from './hide'

type State = { sought?: string } | null

/** useSearched keeps what a screen shows in its address, but for a search that names a person: that stays with its entry in the history, through reload and back. */
export function useSearched(name: string, personal = isPersonal) {
  const [shown, setShown] = useSearchParams()
  const sought = useHistoryState<State>()?.sought
  const params = useMemo(() => whole(shown, name, sought), [shown, name, sought])
  const setParams = (make: (old: URLSearchParams) => URLSearchParams, replace = true) => {
    const next = make(whole(new URLSearchParams(location.search), name, (history.state as State)?.sought))
    const value = next.get(name) ?? ''
    const hide = value !== '' && personal(value)
    if (hide) next.delete(name)
    setShown(next, { replace, state: hide ? { sought: value } : null })
  }
  const told = shown.get(name) ?? '' // by a link
  useEffect(() => {
    if (told !== '' && personal(told)) setParams((old) => old)
  })
  return [params, setParams] as const
}

function whole(shown: URLSearchParams, name: string, sought: string | undefined): URLSearchParams {
  const all = new URLSearchParams(shown)
  if (sought && !all.has(name)) all.set(name, sought)
  return all
}
