import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { Activity, ChevronRight, CornerDownLeft, Keyboard, Languages, LogOut, type LucideIcon, Plus, Search, SunMoon, UserRound, Workflow } from 'lucide-react'
import { useLocation } from 'wouter'
import { useFlows, useSession } from '../api/hooks'
import { partsOf } from '../settings/parts'
import { useWords as useSettingsWords } from '../settings/words'
import { keyCaps, useAllCommands } from '../ui/commands'
import { useLook } from '../ui/useLook'
import { plainText } from '../words/format'
import { fill } from '../words/phrase'
import { useWords } from './overWords'
import { places } from './places'
import { useWords as useShellWords } from './words'

type Entry = { id: string; group: string; label: string; words: string; icon: LucideIcon; keys?: string; run: () => void }

/** Palette finds flows, screens and what can be done here. Where nothing fits, Enter does not leave a flow for a search elsewhere: a person chooses that. */
export function Palette({ close, leave }: { close: () => void; leave: () => void }) {
  const t = useWords()
  const box = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [q, setQ] = useState('')
  const [moved, setAt] = useState<number | null>(null)
  const entries = useEntries(leave)
  const commands = useAllCommands()
  const [place, go] = useLocation()
  const wanted = plainText(q).split(/\s+/).filter(Boolean)
  const value = q.trim()
  const someone = /@|^[\d ().+-]{10,}$/.test(value)
  const inRuns: Entry[] = value.length > 2 ? [{ id: 'in runs', group: t.runs, label: fill(t.findInRuns, { q: value }), words: '', icon: Activity, run: () => go(someone ? '/runs' : `/runs?q=${encodeURIComponent(value)}`, { state: someone ? { sought: value } : null }) }] : []
  const people: Entry[] = someone && commands.some((c) => c.id === 'go people') ? [{ id: 'in people', group: t.people, label: fill(t.findInPeople, { q: value }), words: '', icon: UserRound, run: () => go('/people', { state: { sought: value } }) }] : []
  const here = entries.filter((e) => wanted.every((w) => plainText(`${e.group} ${e.label} ${e.words}`).includes(w))).sort((a, b) => begins(b, wanted) - begins(a, wanted)).slice(0, 60)
  const found = [...here, ...inRuns, ...people]
  const at = moved ?? (here.length === 0 && /^\/flows\/./.test(place) ? -1 : 0)
  useEffect(() => {
    const before = document.activeElement
    if (!box.current?.open) box.current?.showModal()
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus() }
  }, [])
  useEffect(() => {
    void document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, at])
  const choose = (e: Entry | undefined) => {
    if (!e) return
    close()
    queueMicrotask(e.run)
  }
  const keys = (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
    else if (e.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
    else if (e.key === 'Enter') choose(found[at])
    else return
    e.preventDefault()
  }
  return (
    <dialog ref={box} aria-label={t.palette} onCancel={(e) => { e.preventDefault(); close() }} onClick={(e) => { if (e.target === box.current) close() }}
      className="fixed inset-x-0 top-[10dvh] m-auto mt-0 w-[min(94vw,36rem)] animate-rise overflow-hidden rounded-2xl bg-surface p-0 text-text shadow-float backdrop:bg-veil">
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search size={17} aria-hidden className="shrink-0 text-text-3" />
        <input role="combobox" aria-expanded aria-controls={id} aria-activedescendant={found[at] && `${id}-${at}`} aria-label={t.findAnything} placeholder={t.findAnything} value={q} onKeyDown={keys}
          onChange={(e) => { setQ(e.target.value); setAt(null) }} className="h-12 min-w-0 flex-1 bg-transparent text-title outline-none placeholder:text-text-3" />
      </div>
      <ul id={id} role="listbox" aria-label={t.palette} className="max-h-[50dvh] overflow-y-auto p-1.5">
        {found.map((e, i) => (
          <li key={e.id} id={`${id}-${i}`} role="option" aria-selected={i === at} onPointerMove={() => setAt(i)} onClick={() => choose(e)} className={`flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2 ${i === at ? 'bg-sunken' : ''}`}>
            <e.icon size={16} strokeWidth={1.75} aria-hidden className={`shrink-0 ${i === at ? 'text-accent' : 'text-text-2'}`} />
            <span className="min-w-0 flex-1 truncate">{e.label}</span>
            <span className="text-meta text-text-2">{e.group}</span>
            {e.keys ? <span className="pointer-coarse:hidden"><Keys keys={e.keys} /></span> : i === at && <CornerDownLeft size={14} aria-hidden className="text-text-3" />}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="px-5 py-4 text-text-2">{t.noMatch}</p>}
    </dialog>
  )
}

/** begins says whether a name begins with what is looked for: such come first. */
const begins = (e: Entry, wanted: string[]) => Number(wanted[0] !== undefined && plainText(e.label).startsWith(wanted[0]))

const icons: Record<string, LucideIcon> = { language: Languages, help: Keyboard, 'new flow': Plus, ...Object.fromEntries(places.map((p) => [`go ${p.word}`, p.icon])) }

const themes = ['light', 'dark', 'system'] as const

function useEntries(leave: () => void): Entry[] {
  const t = useWords()
  const s = useSettingsWords()
  const shell = useShellWords()
  const [, go] = useLocation()
  const commands = useAllCommands()
  const flows = useFlows('')
  const role = useSession().data?.role ?? ''
  const { theme, setTheme } = useLook()
  return [
    ...commands.filter((c) => !c.hidden).map((c) => ({ id: c.id, group: c.group, label: c.label, words: c.words ?? '', icon: icons[c.id] ?? ChevronRight, keys: c.keys, run: c.run })),
    ...(flows.data?.items ?? []).map((f) => ({ id: `flow ${f.id}`, group: t.groupFlows, label: f.name || f.id, words: `${f.id} ${f.tags.join(' ')} ${f.description}`, icon: Workflow, run: () => go(`/flows/${f.id}`) })),
    ...partsOf(role).map((p) => ({ id: `settings ${p.id}`, group: s.settings, label: s[p.id], words: '', icon: p.icon, run: () => go(`/settings/${p.id}`) })),
    ...themes.filter((x) => x !== theme).map((x) => ({ id: `theme ${x}`, group: t.theme, label: t[x], words: '', icon: SunMoon, run: () => setTheme(x) })),
    { id: 'leave', group: shell.general, label: t.signOut, words: '', icon: LogOut, run: leave },
  ]
}

export function Keys({ keys }: { keys: string }) {
  return (
    <span className="flex shrink-0 items-center gap-1.5">
      {keyCaps(keys).map((step, i) => <span key={i} className="flex gap-0.5">{step.map((cap) => <kbd key={cap} className="min-w-5 rounded-md border border-line bg-surface px-1 text-center text-text-2">{cap}</kbd>)}</span>)}
    </span>
  )
}
