import { useEffect, useRef, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { useConnections } from '../api/hooks'

const patience = 600_000

/** useSignIn opens the provider's own page, and looks at the connection until the person has signed in there. */
export function useSignIn(name: string, done?: () => void) {
  const queries = useQueryClient()
  const [page, setPage] = useState<{ window: Window | null; again: boolean }>()
  const signed = useConnections().data?.items.find((c) => c.name === name)?.signed_in === true
  const over = useRef(done)
  over.current = done
  useEffect(() => {
    if (!page) return
    const timer = setInterval(() => void take(api.GET('/connections/{name}', { params: { path: { name } } })).then(async (c) => {
      if (!c.signed_in || (page.again && !page.window?.closed)) return
      setPage(undefined)
      await queries.invalidateQueries({ queryKey: ['connections'] })
      over.current?.()
    }, () => undefined), 1500)
    const end = setTimeout(() => setPage(undefined), patience)
    return () => {
      clearInterval(timer)
      clearTimeout(end)
    }
  }, [page, name, queries])
  /** open comes straight from a click, or the browser holds the window back; before is what has to be saved first. */
  const open = async (before?: () => Promise<unknown>) => {
    const window_ = window.open('about:blank', 'gancho-sign-in', 'popup,width=640,height=760')
    try {
      await before?.()
      const { url } = await take(api.POST('/connections/{name}/authorize', { params: { path: { name } } }))
      if (window_) window_.location.href = url
      setPage({ window: window_, again: signed })
    } catch (e) {
      window_?.close()
      throw e
    }
  }
  return { waiting: page !== undefined, open }
}
