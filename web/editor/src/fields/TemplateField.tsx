import { type Ref, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { Braces } from 'lucide-react'
import { askExpression } from '../api/expression'
import { Code } from '../code/Code'
import type { Completion, Fault, Handle, Mode, OpenChip } from '../code/types'
import { question, useDesk, valueAt } from '../data/desk'
import { useVeil } from '../data/veil'
import { find } from '../flow'
import { useStepName } from '../tree/useStepName'
import { useLang } from '../words'
import { say } from './say'
import { useLooks } from '../editor/Locked'
import { fill } from '../words/phrase'
import { soon } from '../ui/soon'
import { read } from './formats'
import { useWords } from './words'

const First = soon(() => import('./First').then((m) => m.First))
const FormatMenu = soon(() => import('./FormatMenu').then((m) => m.FormatMenu))

type TemplateProps = { ref?: Ref<Handle>; id: string; value: string; set: (value: unknown) => void; chips: boolean; lines: 'one' | 'many'; mode?: Mode; placeholder?: string; invalid?: boolean; problems?: Fault[]; focus?: () => void; autoFocus?: boolean; /** text says that one text is wanted, also of a list */ text?: boolean; /** data is a piece of an address */ address?: boolean }

/** TemplateField is text with data of the event in it, or an expression, with what the server knows of it. */
export function TemplateField({ ref, id, value, set, chips, lines, mode = 'template', placeholder, invalid, problems, focus, autoFocus, text, address }: TemplateProps) {
  const t = useWords()
  const desk = useDesk()
  const looks = useLooks()
  const { hide } = useVeil()
  const { lang } = useLang()
  const nameOf = useStepName()
  const { statsOf, labelOf, isUnknown } = desk
  const began = useRef(autoFocus ? '' : value)
  const [open, setOpen] = useState<OpenChip | null>(null)
  const [landing, setLanding] = useState<typeof import('./address')>()
  useEffect(() => { if (address) void import('./address').then(setLanding, () => undefined) }, [address])
  const chip = useMemo(() => chips ? (source: string) => {
    const written = read(source)
    if (!written) return undefined
    const stats = statsOf(written.path)
    const how = written.format && t[`as_${written.format}`]
    const or = written.instead !== undefined && fill(t.orElse, { value: written.instead })
    return { label: [labelOf(written.path), how, or].filter(Boolean).join(' · '), tone: isUnknown(written.path) ? 'unknown' as const : written.instead === undefined && stats && stats.seen < stats.of ? 'rare' as const : 'data' as const }
  } : undefined, [chips, statsOf, labelOf, isUnknown, t])
  /** told is a field as the data beside it shows it: what it is called, whose it is and its value. */
  const told = (c: Completion): Completion => {
    if (c.kind !== 'field' || !c.title) return c
    const step = find(desk.flow, /^steps\.(\w+)/.exec(c.insert)?.[1] ?? '')
    const found = valueAt(desk, c.insert) ?? c.example
    const value = typeof found === 'object' ? '' : say(hide(found, c.insert), lang, '')
    return { ...c, title: desk.labelOf(c.insert), detail: [step && nameOf(step), value.length > 40 ? `${value.slice(0, 40)}…` : value].filter(Boolean).join(' · ') || c.detail }
  }
  const complete = async (source: string, cursor: number, signal: AbortSignal) => {
    const asked = mode === 'expression' ? 'expression' as const : 'template' as const
    const found = (await askExpression({ ...question(desk, { source, mode: asked }), cursor }, signal)).completions
    return found ? { ...found, items: landing?.completed(found.items.map(told), source.slice(0, found.from)) ?? found.items.map(told) } : null
  }
  const put = (text: string) => { setOpen(null); set(text === '' ? undefined : text) }
  return (
    <>
    <div className={`code-take relative ${chips ? '' : 'code-mono-wrap'}`}>
      <Code ref={ref} value={value} change={put} mode={mode} lines={lines} labelledBy={`${id}-label`} describedBy={`${id}-help`} placeholder={placeholder} invalid={invalid} autoFocus={autoFocus}
        chip={chip} problems={problems} complete={complete} focus={focus} chipHint={t.chipHint} format={setOpen} data={chips ? desk.pick : undefined} landing={landing?.inAddress} />
      {open && <Suspense fallback={null}><FormatMenu key={`${open.source} ${open.anchor.offsetLeft}`} chip={open} close={() => setOpen(null)} /></Suspense>}
      {!looks && <button type="button" aria-label={t.insertData} title={t.insertData} onClick={() => { focus?.(); desk.pick('keys') }}
        className="absolute top-1/2 right-1.5 hidden size-8 -translate-y-1/2 place-items-center rounded-lg bg-surface text-accent max-[899px]:grid"><Braces size={18} strokeWidth={1.75} aria-hidden /></button>}
    </div>
    {chips && !looks && value.includes('[0]') && <Suspense fallback={null}><First began={began.current} value={value} set={put} text={text} /></Suspense>}
    </>
  )
}
