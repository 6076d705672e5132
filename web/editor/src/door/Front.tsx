import { type ReactNode, useEffect } from 'react'
import { Mark } from '../ui/Logo'
import { Card } from '../ui/Page'
import { useLang } from '../words'

/** Front is the page of who is not signed in. */
export function Front({ title, help, children }: { title: string; help?: string; children: ReactNode }) {
  const { lang, setLang } = useLang()
  useEffect(() => {
    document.title = `${title} · Gancho`
  }, [title])
  return (
    <main id="content" className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <Mark className="mx-auto mb-5 size-12" />
        <Card className="p-6 sm:p-7">
          <h1 className="text-page font-semibold">{title}</h1>
          {help && <p className="mt-1 text-pretty text-text-2">{help}</p>}
          <div className="mt-5">{children}</div>
        </Card>
        <p className="mt-4 flex justify-center gap-1">
          {(['en', 'pt-BR'] as const).map((l) => (
            <button key={l} type="button" lang={l} onClick={() => setLang(l)} aria-pressed={lang === l} className={`rounded-lg px-3 py-1.5 text-secondary ${lang === l ? 'font-semibold' : 'text-text-2 hover:text-text'}`}>{l === 'en' ? 'English' : 'Português'}</button>
          ))}
        </p>
      </div>
    </main>
  )
}
