import { type ReactNode, useSyncExternalStore } from 'react'
import { TriangleAlert } from 'lucide-react'
import { Refused } from '../api/client'
import { useWords } from '../words'
import { Button } from './Button'
import { Logo } from './Logo'

function watchLine(f: () => void) {
  addEventListener('online', f)
  addEventListener('offline', f)
  return () => {
    removeEventListener('online', f)
    removeEventListener('offline', f)
  }
}

/** Skeleton holds the place of rows that are being fetched; it shows after 300 ms. Without a network it says so instead. */
export function Skeleton({ rows = 5, tall = false }: { rows?: number; tall?: boolean }) {
  const t = useWords()
  const online = useSyncExternalStore(watchLine, () => navigator.onLine)
  if (!online) return <div role="status"><Empty icon={<TriangleAlert aria-hidden />} title={t.noNetwork} help={t.noNetworkHelp} /></div>
  return (
    <div role="status" className="animate-late">
      <p className="sr-only">{t.loading}</p>
      <div aria-hidden className="divide-y divide-line rounded-xl border border-line bg-surface">
        {Array.from({ length: rows }, (_, i) => (
          <div key={i} className={`flex items-center gap-4 px-4 ${tall ? 'h-[84px]' : 'h-15'}`}>
            <span className="h-5 w-20 rounded-full bg-sunken" />
            <span className="h-4 flex-1 rounded bg-sunken" style={{ maxWidth: `${60 - ((i * 17) % 35)}%` }} />
            <span className="ml-auto h-4 w-24 rounded bg-sunken" />
          </div>
        ))}
      </div>
    </div>
  )
}

export function Loading() {
  return <p role="status" className="animate-late p-8 text-center text-text-3">{useWords().loading}</p>
}

/** Outline holds the place of a flow that is being fetched: its bar, and steps on their thread. */
export function Outline() {
  const t = useWords()
  return (
    <main id="content" className="animate-late">
      <div className="flex min-h-[52px] items-center border-b border-line bg-surface px-3 sm:px-4"><Logo /></div>
      <p role="status" className="sr-only">{t.loading}</p>
      <div aria-hidden className="px-4 pt-6 min-[900px]:px-8 min-[900px]:pt-8">
        {[0, 1, 2].map((i) => <div key={i} className="mx-auto mb-6 flex max-w-[680px] gap-[14px] max-sm:gap-[10px]"><span className="size-[40px] rounded-xl border border-line bg-surface" /><span className="h-[66px] flex-1 rounded-xl border border-line bg-surface" /></div>)}
      </div>
    </main>
  )
}

/** sentence begins with a capital: the server's words may stand inside others. */
export const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Problem says what went wrong, what of the input, and how to go on. */
export function Problem({ error, retry, className = '' }: { error: Error; retry?: () => void; className?: string }) {
  const t = useWords()
  const told = error instanceof Refused
  return (
    <div role="alert" className={`my-4 flex items-center gap-3 rounded-xl bg-fail-soft p-4 text-fail ${className}`}>
      <TriangleAlert size={18} aria-hidden className="mt-px shrink-0 self-start" />
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{told ? sentence(error.message) : t.offline}</p>
        {told && error.problem.problems?.map((p, i) => <p key={i} className="mt-1 break-words"><code className="text-meta">{p.path}</code> {p.message}</p>)}
      </div>
      {retry && <Button size="small" onClick={retry}>{t.retry}</Button>}
    </div>
  )
}

export function Empty({ title, help, icon, children }: { title: string; help?: ReactNode; icon?: ReactNode; children?: ReactNode }) {
  return (
    <div className="mx-auto max-w-lg py-16 text-center">
      {icon && <div className="mx-auto mb-4 grid size-12 place-items-center rounded-xl border border-line bg-surface text-accent">{icon}</div>}
      <h2 className="text-title font-semibold text-balance">{title}</h2>
      {help && <p className="mt-1.5 text-pretty text-text-2">{help}</p>}
      {children && <div className="mt-5 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  )
}
