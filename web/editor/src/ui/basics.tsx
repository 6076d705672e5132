import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { useEffect, useState } from 'react'
import { Check, CircleDashed, CircleHelp, CircleSlash, Copy, Funnel, Hourglass, LoaderCircle, TriangleAlert } from 'lucide-react'
import { Refused } from '../api/client'
import { useWords } from '../words'

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { look?: 'primary' | 'plain' | 'quiet' | 'danger' }

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  plain: 'bg-surface border border-line hover:bg-sunken',
  quiet: 'text-text-2 hover:bg-sunken',
  danger: 'text-fail hover:bg-fail-soft',
}

export function Button({ look = 'plain', className = '', ...rest }: ButtonProps) {
  return <button type="button" className={`inline-flex h-9 items-center gap-2 rounded-lg px-3 font-medium whitespace-nowrap transition-colors disabled:opacity-50 ${looks[look]} ${className}`} {...rest} />
}

/** IconButton has no word beside it, so it carries one as its label. */
export function IconButton({ label, className = '', ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { label: string }) {
  return <button type="button" aria-label={label} title={label} className={`inline-grid size-9 shrink-0 place-items-center rounded-lg text-text-2 transition-colors hover:bg-sunken disabled:opacity-40 ${className}`} {...rest} />
}

export const inputLook = 'w-full rounded-lg border border-edge bg-surface px-3 py-2 placeholder:text-text-3'

export function Labeled({ label, help, aside, children }: { label: string; help?: string; aside?: string; children: ReactNode }) {
  return (
    <label className="block">
      <span className="mb-1 flex justify-between gap-2">
        <span className="font-medium">{label}</span>
        {aside && <span className="text-xs text-text-3">{aside}</span>}
      </span>
      {children}
      {help && <span className="mt-1 block text-xs text-text-3">{help}</span>}
    </label>
  )
}

const tones = {
  ok: 'bg-ok-soft text-ok', warn: 'bg-warn-soft text-warn', fail: 'bg-fail-soft text-fail', wait: 'bg-wait-soft text-wait', accent: 'bg-accent-soft text-accent', none: 'bg-sunken text-text-2',
}

export function Badge({ tone = 'none', children }: { tone?: keyof typeof tones; children: ReactNode }) {
  return <span className={`inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${tones[tone]}`}>{children}</span>
}

const icons = {
  succeeded: [Check, 'ok'], failed: [TriangleAlert, 'fail'], filtered: [Funnel, 'none'], waiting: [Hourglass, 'wait'], running: [LoaderCircle, 'accent'], pending: [CircleDashed, 'none'],
  unknown: [CircleHelp, 'warn'], canceled: [CircleSlash, 'none'], skipped: [CircleSlash, 'none'], duplicate: [Copy, 'none'], accepted: [Check, 'ok'], rejected: [TriangleAlert, 'fail'], captured: [Check, 'accent'],
} as const

/** Status says a state by icon and word; colour only repeats it. */
export function Status({ of }: { of: string }) {
  const t = useWords()
  if (!(of in icons)) return <Badge>{of}</Badge>
  const name = of as keyof typeof icons
  const [Icon, tone] = icons[name]
  return (
    <Badge tone={tone}>
      <Icon size={13} aria-hidden /> {name === 'duplicate' ? t.duplicateStatus : t[name]}
    </Badge>
  )
}

export function CopyButton({ text }: { text: string }) {
  const t = useWords()
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 1500)
    return () => clearTimeout(timer)
  }, [done])
  return (
    <IconButton label={done ? t.copied : t.copy} onClick={() => void navigator.clipboard.writeText(text).then(() => setDone(true))}>
      {done ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
    </IconButton>
  )
}

export function Loading() {
  return <p className="p-8 text-center text-text-3">{useWords().loading}</p>
}

export function Problem({ error, retry }: { error: Error; retry?: () => void }) {
  const t = useWords()
  return (
    <div role="alert" className="m-4 rounded-xl bg-fail-soft p-4 text-fail">
      <p className="font-medium">{error instanceof Refused ? error.message : t.offline}</p>
      {error instanceof Refused && error.problem.problems?.map((p, i) => <p key={i}>{p.path} {p.message}</p>)}
      {retry && <Button className="mt-2" onClick={retry}>{t.retry}</Button>}
    </div>
  )
}

export function Empty({ title, help, children }: { title: string; help?: string; children?: ReactNode }) {
  return (
    <div className="mx-auto max-w-md py-20 text-center">
      <h2 className="text-base font-semibold">{title}</h2>
      {help && <p className="mt-2 text-text-2">{help}</p>}
      <div className="mt-5 flex justify-center gap-2">{children}</div>
    </div>
  )
}

export function Page({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <main id="content" className="mx-auto w-full max-w-5xl px-4 py-6 sm:px-6">
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-xl/7 font-semibold">{title}</h1>
        <div className="flex flex-wrap gap-2">{aside}</div>
      </div>
      {children}
    </main>
  )
}

export function Card({ children, className = '' }: { children: ReactNode; className?: string }) {
  return <div className={`rounded-xl border border-line bg-surface shadow-[0_1px_2px_rgb(0_0_0/0.04)] ${className}`}>{children}</div>
}

export function JSONView({ value }: { value: unknown }) {
  return <pre tabIndex={0} className="max-h-80 overflow-auto rounded-lg bg-sunken p-3 text-xs whitespace-pre-wrap break-words">{JSON.stringify(value, null, 2)}</pre>
}
