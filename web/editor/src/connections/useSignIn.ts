import { useEffect, useRef, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api/client'

const patience = 600_000
const patienceAgain = 120_000

type Window_ = { again: boolean; /** the connection as it was when the window opened */ was: string; /** where a browser held the window back */ link?: string }

/** useSignIn opens the provider's own page, and looks at the connection until the person has signed in there. */
export function useSignIn(name: string, done?: () => void) {
  const queries = useQueryClient()
  const [page, setPage] = useState<Window_>()
  const over = useRef(done)
  over.current = done
  useEffect(() => {
    if (!page) return
    const timer = setInterval(() => void take(look(name)).then(async (c) => {
      if (!c.signed_in || (page.again && JSON.stringify(c) === page.was)) return
      setPage(undefined)
      await queries.invalidateQueries({ queryKey: ['connections'] })
      over.current?.()
    }, () => undefined), 1500)
    const end = setTimeout(() => setPage(undefined), page.again ? patienceAgain : patience) // who signs in again as the same account changes nothing that is told
    return () => {
      clearInterval(timer)
      clearTimeout(end)
    }
  }, [page, name, queries])
  /** open comes straight from a click, or the browser holds the window back; before is what has to be saved first. */
  const open = async (before?: () => Promise<unknown>) => {
    const opened = window.open('about:blank', 'gancho-sign-in', 'popup,width=640,height=760')
    try {
      await before?.()
      const { url } = await take(api.POST('/connections/{name}/authorize', { params: { path: { name } } }))
      const now = await take(look(name))
      if (opened) opened.location.href = url
      setPage({ again: now.signed_in === true, was: JSON.stringify(now), ...(!opened && { link: url }) })
    } catch (e) {
      opened?.close()
      throw e
    }
  }
  return { waiting: page !== undefined, link: page?.link, open }
}

const look = (name: string) => api.GET('/connections/{name}', { params: { path: { name } } })
