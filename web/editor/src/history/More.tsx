import { useEffect, useRef } from 'react'
import { Button } from '../ui/Button'
import { useWords } from './words'

type MoreProps = { query: { hasNextPage: boolean; isFetchingNextPage: boolean; isError: boolean; fetchNextPage: () => unknown } }

/** More fetches the next page of a list as its end comes into sight; it is a button for the keyboard and where that failed. */
export function More({ query }: MoreProps) {
  const t = useWords()
  const box = useRef<HTMLButtonElement>(null)
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query
  const ready = hasNextPage && !isFetchingNextPage && !isError
  useEffect(() => {
    if (!ready || !box.current) return
    const seen = new IntersectionObserver(([at]) => { if (at?.isIntersecting) fetchNextPage() }, { rootMargin: '600px' })
    seen.observe(box.current)
    return () => seen.disconnect()
  }, [ready, fetchNextPage])
  if (!hasNextPage) return null
  return <div className="mt-4 flex justify-center"><Button ref={box} busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t.showMore}</Button></div>
}
