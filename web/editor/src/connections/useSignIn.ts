import { useEffect, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Refused } from '../api/client'
import { toast } from '../ui/Toast'

/** useSignIn opens the provider's page in a window and looks at the connection until it is back. */
export function useSignIn(name: string) {
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    if (!busy) return
    const timer = setInterval(() => void queries.invalidateQueries({ queryKey: ['connections'] }), 2_000)
    const stop = setTimeout(() => setBusy(false), 120_000)
    return () => {
      clearInterval(timer)
      clearTimeout(stop)
    }
  }, [busy, queries])
  const open = async () => {
    const page = window.open('about:blank', 'gancho-sign-in', 'popup,width=560,height=720')
    try {
      const res = await fetch(`/api/v1/connections/${encodeURIComponent(name)}/authorize`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang }, body: '{}' })
      const answer = (await res.json()) as { url?: string; detail?: string }
      if (!answer.url) throw new Refused({ detail: answer.detail }, res.status)
      if (page) page.location.href = answer.url
      setBusy(true)
    } catch (error) {
      page?.close()
      toast((error as Error).message, 'fail')
    }
  }
  return { busy, open: () => void open() }
}
