import { useRef, useState } from 'react'
import { Braces, Download, Sheet as SheetIcon } from 'lucide-react'
import { hidden } from '../data/hide'
import { useSwitch } from '../data/switch'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Menu } from '../ui/Menu'
import { saveFile } from '../ui/saveFile'
import { Problem } from '../ui/states'
import { useLang } from '../words'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { type Column, toCSV } from './csv'
import { useWords } from './exportWords'

/** What a list gives of itself to a file: a page at a time, and its columns. */
type Source<T> = { name: string; page: (cursor: string, signal: AbortSignal) => Promise<{ items: T[]; next: string | null }>; columns: Column<T>[] }

const most = 10_000

/** Export writes what the present query finds into a file, as a table or as it is. */
export function Export<T>({ source }: { source: Source<T> }) {
  const t = useWords()
  const [as, setAs] = useState<'csv' | 'json' | null>(null)
  return (
    <>
      <Menu label={t.export} trigger={(props) => <Button {...props}><Download size={16} strokeWidth={1.75} aria-hidden className="max-sm:hidden" />{t.export}</Button>} items={[
        { id: 'csv', label: t.asCSV, icon: SheetIcon, run: () => setAs('csv') },
        { id: 'json', label: t.asJSON, icon: Braces, run: () => setAs('json') },
      ]} />
      {as && <Writing source={source} as={as} close={() => setAs(null)} />}
    </>
  )
}

/** Writing reads page after page, says how far it is, and gives the file. */
function Writing<T>({ source, as, close }: { source: Source<T>; as: 'csv' | 'json'; close: () => void }) {
  const t = useWords()
  const { lang } = useLang()
  const { number } = useFormat()
  const { may } = useSwitch()
  const [count, setCount] = useState(0)
  const [state, setState] = useState<'idle' | 'reading' | 'done' | 'cut'>('idle')
  const [error, setError] = useState<Error | null>(null)
  const stop = useRef<AbortController>(null)
  const read = async () => {
    const asked = new AbortController()
    stop.current = asked
    setState('reading')
    setError(null)
    try {
      const rows: T[] = []
      let cursor: string | null = ''
      while (cursor !== null && rows.length < most) {
        const page = await source.page(cursor, asked.signal)
        rows.push(...page.items.slice(0, most - rows.length))
        cursor = page.next
        setCount(rows.length)
      }
      const given = may ? rows : hidden(rows)
      const text = as === 'csv' ? toCSV(source.columns, given, lang === 'pt-BR' ? ';' : ',') : JSON.stringify(given, null, 2)
      saveFile(`${source.name}-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, '-')}.${as}`, as === 'csv' ? 'text/csv' : 'application/json', text)
      setState(cursor === null ? 'done' : 'cut')
    } catch (e) {
      if (asked.signal.aborted) return
      setState('idle')
      setError(e as Error)
    }
  }
  const shut = () => {
    stop.current?.abort()
    close()
  }
  const over = state === 'done' || state === 'cut'
  return (
    <Dialog title={as === 'csv' ? t.titleCSV : t.titleJSON} size="small" close={shut} footer={over ? <Button look="primary" onClick={shut}>{t.close}</Button> : (
      <><Button look="quiet" onClick={shut}>{t.cancel}</Button><Button look="primary" busy={state === 'reading'} onClick={() => void read()}>{t.begin}</Button></>
    )}>
      {state === 'idle' && <p className="text-text-2">{fill(as === 'csv' ? t.helpCSV : t.helpJSON, { most: number(most) })} {may ? t.whole : t.hidden}</p>}
      {state !== 'idle' && (
        <div role="status" className="space-y-2">
          {!over && <progress className="h-2 w-full accent-accent" aria-label={t.reading} />}
          <p className="font-medium">{fill(over ? t.written : t.reading, { n: number(count) })}</p>
          {state === 'cut' && <p className="text-warn">{fill(t.cut, { most: number(most) })}</p>}
        </div>
      )}
      {error && <Problem error={error} />}
    </Dialog>
  )
}
