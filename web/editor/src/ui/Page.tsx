import { type ReactNode, useEffect } from 'react'

/** Page is a screen with its title; aside are its own controls, act is what stands beside the title on a phone too. */
export function Page({ title, help, aside, act, children, wide = false }: { title: string; help?: ReactNode; aside?: ReactNode; act?: ReactNode; children: ReactNode; wide?: boolean }) {
  useEffect(() => {
    document.title = `${title} · Gancho`
  }, [title])
  return (
    <main id="content" tabIndex={-1} className={`mx-auto w-full px-4 py-6 outline-none sm:px-6 ${wide ? 'max-w-6xl' : 'max-w-5xl'}`}>
      <div className="mb-5 flex flex-wrap items-center gap-x-2 gap-y-3">
        <div className="min-h-9 min-w-0 grow pt-1">
          <h1 className="text-page font-semibold">{title}</h1>
          {help && <p className="text-text-2">{help}</p>}
        </div>
        {aside && <div className={`flex min-w-0 flex-wrap gap-2 ${act ? 'max-sm:order-last max-sm:w-full' : ''}`}>{aside}</div>}
        {act}
      </div>
      {children}
    </main>
  )
}

export function Card({ children, className = '' }: { children: ReactNode; className?: string }) {
  return <div className={`min-w-0 rounded-xl border border-line bg-surface shadow-card ${className}`}>{children}</div>
}

export function JSONView({ value }: { value: unknown }) {
  return <pre tabIndex={0} className="rounded-lg sm:max-h-80 sm:overflow-auto bg-sunken p-3 text-meta break-words whitespace-pre-wrap">{typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>
}
