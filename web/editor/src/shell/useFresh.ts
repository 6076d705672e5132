import { useEffect, useState } from 'react'
import { useLiveState } from '../api/hooks'

const own = new URL(import.meta.url).pathname

/** useFresh says whether the program behind the page is still the one that the page came from; it looks each time that the stream comes back. */
export function useFresh(): boolean {
  const state = useLiveState()
  const [fresh, setFresh] = useState(true)
  useEffect(() => {
    if (state !== 'on' || import.meta.env.DEV) return
    let over = false
    const prefix = own.slice(0, own.lastIndexOf('/assets/') + 1)
    fetch('/').then((r) => r.text()).then((page) => { if (!over) setFresh(page.includes(prefix)) }, () => undefined)
    return () => { over = true }
  }, [state])
  return fresh
}
