import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { ChevronDown, ChevronRight, Code, CornerDownLeft, Search, SquareFunction } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { brief } from '../fields/say'
import { type Flow, type Step, walk } from '../flow'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { IconButton } from '../ui/basics'
import { Unread } from '../ui/Unread'
import { remember } from '../ui/remember'
import { useLang, useSay } from '../words'
import { useDesk } from './desk'
import { bestOf, fieldsOf, insertable, listsOf, mostSeen, type Node, shownNodes, treeOf, valueOf } from './nodes'
import { pinSample } from './pinned'
import { useVeil } from './veil'
import { VeilSwitch } from './VeilSwitch'
import { partOf, useWords } from './words'

type PickerProps = { titleOf: (step: string) => string; outputs: Record<string, unknown>; row: number; searching: boolean; done: () => void }

const stepsOf = (flow: Flow): Step[] => {
  const all: Step[] = []
  walk(flow.steps, (s) => all.push(s))
  return all
}

/** Picker is the tree of data that exists before a step, with how often each part was there. */
export function Picker({ titleOf, outputs, row, searching, done }: PickerProps) {
  const t = useWords()
  const desk = useDesk()
  const { lang } = useLang()
  const say = useSay()
  const [q, setQ] = useState('')
  const [fx, setFx] = useState(false)
  const [raw, setRaw] = useState(() => localStorage.getItem('raw-names') === 'yes')
  const { hide } = useVeil()
  const [folds, setFolds] = useState<Record<string, boolean>>({})
  const [active, setActive] = useState('')
  const search = useRef<HTMLInputElement>(null)
  const tree = useRef<HTMLDivElement>(null)
  const vars = useQuery({ queryKey: ['vars'], queryFn: () => take(api.GET('/vars')), staleTime: 60_000 })
  const scope = useMemo(() => ({ ...desk.scope, steps: { ...outputs, ...(desk.scope['steps'] as Record<string, unknown>) }, vars: vars.data ?? {} }), [desk.scope, outputs, vars.data])
  const known = useQuery({ queryKey: ['functions'], queryFn: () => take(api.GET('/functions')), staleTime: Infinity, enabled: fx })
  const functions = useMemo(() => (known.data?.items ?? []).map((f): Node => ({ path: `${f.name}()`, name: f.name, label: f.name, level: 1, leaf: true, doc: `${f.signature}\n${say(f.doc)}`, children: [] })), [known.data, say])
  const data = useMemo(() => {
    const all = desk.schema?.fields ?? []
    const counted = all.filter((f) => f.path !== 'trigger.resource' || all.some((x) => x.path.startsWith('trigger.resource.'))) // most events are whole, and nothing is fetched
    const known = new Set(counted.map((f) => f.path))
    const found = [...fieldsOf(scope, '')].filter((f) => !known.has(f.path) && !(counted.length > 0 && f.path.startsWith('trigger.body')))
    return treeOf([...counted, ...found], { body: t.body, request: t.request, headers: t.headers, query: t.query, resource: t.resource, item: t.item, vars: t.vars, runInfo: t.runInfo, errorsOf: t.errorsOf, step: titleOf, part: (path) => partOf(path, t) ?? (path.endsWith('[]') ? t.element : undefined) }, stepsOf(desk.flow))
  }, [desk.schema, desk.flow, scope, titleOf, t])
  const lists = desk.target?.list === true && q === ''
  const nodes = useMemo(() => (fx ? functions : lists ? listsOf(data) : data), [fx, functions, lists, data])
  const mayLack = (n: Node) => desk.reach?.get(/^steps\.(\w+)/.exec(n.path)?.[1] ?? '') === true
  const example = (n: Node) => {
    if (n.doc) return n.doc.split('\n').at(-1) ?? ''
    const seen = n.stats && mostSeen(n.stats)
    const known = valueOf(scope, insertable(n.path)) ?? seen
    const value = n.path.startsWith('steps.') && typeof known === 'string' && known.includes('{{') ? undefined : known // what a step is told is no value of it
    if (n.level === 1 && mayLack(n)) return t.mayLack
    return n.leaf ? brief(hide(value, n.path), 40) : ''
  }
  const folded = (n: Node) => !n.leaf && (folds[n.path] ?? (n.level > 2 || !['trigger.body', 'trigger.resource', 'item'].includes(n.path) && n.level === 1 && !n.path.startsWith('steps.')))
  const rows = shownNodes(nodes, folded, q, (n) => (q === '' ? '' : example(n)))
  const chosen = rows.findIndex((n) => n.path === active)
  const at = chosen >= 0 ? chosen : q === '' ? 0 : bestOf(rows, q)
  useEffect(() => {
    if (searching) search.current?.focus()
  }, [searching])

  const insert = (n: Node | undefined) => {
    const typed = q.trim().replace(/\s*\}\}$/, '')
    const path = n ? desk.write(n.path) : fx ? '' : typed
    if (path === '') return
    desk.target?.insert(path)
    setQ('')
    setFx(false) // a function wants data next
    done()
  }
  /** look searches, unless a slash that was meant as one led here: then what follows it goes on in the text. */
  const look = (text: string) => {
    const meant = !searching || fx || (/^\S/.test(text) && (!desk.ready || !desk.schema || shownNodes(nodes, folded, text, example).length > 0)) || text === ''
    setActive('')
    setQ(meant ? text : '')
    if (meant) return
    done()
    desk.target?.focus()
    document.execCommand('insertText', false, text)
  }
  const fold = (n: Node, to: boolean) => setFolds({ ...folds, [n.path]: to })
  /** into goes on to what a group holds: whole, it is rarely what a search was for. */
  const into = (n: Node) => {
    fold(n, false)
    const next = rows[at + 1]
    setActive((next && next.level > n.level ? next : n.children[0])?.path ?? '')
  }
  const moveTo = (i: number) => {
    const n = rows[Math.max(0, Math.min(rows.length - 1, i))]
    if (n) setActive(n.path)
  }
  const keys = (e: React.KeyboardEvent) => {
    const n = rows[at]
    const inTree = e.target === tree.current
    const known: Record<string, () => void> = {
      ArrowDown: () => (inTree ? moveTo(at + 1) : tree.current?.focus()),
      ArrowUp: () => (inTree && at > 0 ? moveTo(at - 1) : search.current?.focus()),
      Enter: () => (!n || n.leaf || e.shiftKey || (!inTree && desk.target?.list) ? insert(n) : inTree ? fold(n, !folded(n)) : into(n)),
      Escape: () => { done(); desk.target?.focus() },
      ...(inTree && {
        Home: () => moveTo(0), End: () => moveTo(rows.length - 1),
        ' ': () => n && !n.leaf && fold(n, !folded(n)),
        ArrowRight: () => n && !n.leaf && (folded(n) ? fold(n, false) : moveTo(at + 1)),
        ArrowLeft: () => n && (!n.leaf && !folded(n) ? fold(n, true) : moveTo(rows.findLastIndex((x, i) => i < at && x.level < n.level))),
      }),
    }
    const act = known[e.key]
    if (act) {
      e.preventDefault()
      e.stopPropagation()
      act()
    } else if (inTree && e.key.length === 1 && !e.ctrlKey && !e.metaKey) search.current?.focus()
  }
  const events = desk.schema?.origin === 'events' ? desk.schema.events : desk.events.length
  const said = fx ? fill(t.searchFunctions, { n: functions.length }) : events === 0 ? t.searchSamples : events === 1 ? t.searchDataOne : fill(t.searchData, { n: events.toLocaleString(lang) })
  return (
    <section aria-label={t.dataOf} onKeyDown={keys} className="flex min-h-0 flex-1 flex-col">
      <div className="flex items-center gap-1 border-b border-line bg-sunken py-1 pr-2 pl-3">
        <Search size={15} strokeWidth={1.75} aria-hidden className="shrink-0 text-text-3" />
        <input ref={search} aria-label={said} placeholder={fx ? t.searchFunction : t.searchShort} className="min-w-0 flex-1 rounded bg-transparent px-1 py-1.5 text-[13px] placeholder:text-text-2 max-[899px]:text-base" value={q} onChange={(e) => look(e.target.value)} />
        <IconButton label={t.functions} aria-pressed={fx} className={`size-7! ${fx ? 'text-accent!' : ''}`} onClick={() => { setFx(!fx); setQ(''); setActive('') }}><SquareFunction size={15} aria-hidden /></IconButton>
        <IconButton label={t.rawNames} aria-pressed={raw} className={`size-7! ${raw ? 'text-accent!' : ''}`} onClick={() => { setRaw(!raw); remember('raw-names', raw ? 'no' : 'yes') }}><Code size={15} aria-hidden /></IconButton>
        <VeilSwitch />
        <EventChoice />
      </div>
      {desk.reread && <Unread text={t.countsUnread} again={desk.reread} className="px-3 py-1.5" />}
      {rows.length === 0 && !desk.reread && <p className="p-3 text-[13px] text-text-2">{q === '' ? t.noneYet : t.nothingFound}</p>}
      <Rows {...{ rows, at, row, raw, tree, example }} choose={(n) => { setActive(n.path); if (n.leaf || (desk.target?.list && n.stats?.type === 'list')) insert(n); else fold(n, !folded(n)) }} hover={(n) => setActive(n.path)} insert={insert} />
      <Detail node={rows[at]} lacking={rows[at] !== undefined && mayLack(rows[at])} />
    </section>
  )
}

type RowsProps = { rows: Node[]; at: number; row: number; raw: boolean; tree: React.RefObject<HTMLDivElement | null>; example: (n: Node) => string; choose: (n: Node) => void; hover: (n: Node) => void; insert: (n: Node) => void }

/** Rows draws only what is in sight: an event may hold thousands of values. */
function Rows({ rows, at, row, raw, tree, example, choose, hover, insert }: RowsProps) {
  const t = useWords()
  const desk = useDesk()
  const format = useFormat()
  const id = useId()
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(400)
  useEffect(() => {
    const box = tree.current
    if (!box) return
    const watch = new ResizeObserver(() => setHeight(box.clientHeight))
    watch.observe(box)
    return () => watch.disconnect()
  }, [tree])
  useEffect(() => {
    const box = tree.current
    if (!box) return
    if (at * row < box.scrollTop) box.scrollTop = at * row
    if ((at + 1) * row > box.scrollTop + box.clientHeight) box.scrollTop = (at + 1) * row - box.clientHeight
  }, [at, row, tree])
  const first = Math.max(0, Math.min(Math.floor(top / row) - 4, at))
  const last = Math.max(Math.ceil((top + height) / row) + 4, 0)
  const drawn = rows.map((n, i) => ({ n, i })).filter(({ i }) => i === at || (i >= first && i < last))
  return (
    <div ref={tree} role="tree" tabIndex={0} aria-label={t.dataOf} aria-activedescendant={rows[at] ? `${id}-${at}` : undefined} onScroll={(e) => setTop(e.currentTarget.scrollTop)} className="relative min-h-0 flex-1 overflow-y-auto overscroll-contain focus-visible:-outline-offset-2">
      <div role="none" style={{ height: rows.length * row }} className="relative">
        {drawn.map(({ n, i }) => {
          const closed = (rows[i + 1]?.level ?? 0) <= n.level
          const rare = n.stats && n.stats.of > 0 && n.stats.seen < n.stats.of
          return (
            <div key={n.path} id={`${id}-${i}`} role="treeitem" aria-level={n.level} aria-posinset={i + 1} aria-setsize={rows.length} aria-selected={i === at} aria-expanded={n.leaf ? undefined : !closed}
              draggable={n.leaf} onDragStart={(e) => e.dataTransfer.setData('text/plain', `{{ ${desk.write(n.path)} }}`)} onMouseDown={(e) => { if (!n.leaf) e.preventDefault() }} onClick={() => choose(n)} onMouseEnter={() => hover(n)}
              style={{ top: i * row, height: row, paddingLeft: 12 + (n.level - 1) * 14 }} className={`absolute inset-x-0 flex cursor-pointer items-center gap-2 border-b border-line/60 pr-3 ${i === at ? 'bg-accent-soft' : ''}`}>
              {!n.leaf && (closed ? <ChevronRight size={14} aria-hidden className="-ml-1 shrink-0 text-text-3" /> : <ChevronDown size={14} aria-hidden className="-ml-1 shrink-0 text-text-3" />)}
              <span className={`min-w-0 flex-1 truncate text-[13px] ${n.level === 1 && !n.leaf ? 'font-semibold' : ''} ${raw ? 'font-mono text-xs' : ''}`} title={n.path}>{raw ? (n.level === 1 ? n.path : n.name) : n.label}{!raw && n.twin && <span className="text-text-2"> {n.twin}</span>}</span>
              <code className="max-w-[42%] shrink truncate text-xs text-text-2">{example(n)}</code>
              {!n.leaf && desk.target && (
                <button type="button" tabIndex={-1} aria-label={fill(t.insertAll, { name: n.label })} title={fill(t.insertAll, { name: n.label })} onClick={(e) => { e.stopPropagation(); insert(n) }}
                  className={`grid size-6 shrink-0 place-items-center rounded text-accent hover:bg-accent-soft ${i === at || desk.target.list ? '' : 'opacity-0'}`}><CornerDownLeft size={14} aria-hidden /></button>
              )}
              <span className={`w-13 shrink-0 text-right text-xs ${rare ? 'font-medium text-warn' : i === at ? 'text-text-2' : 'text-text-3'}`} title={n.stats && n.stats.of > 0 ? [n.stats.of === 1 && n.stats.seen === 1 ? t.presentOnly : fill(t.present, { n: n.stats.seen, of: n.stats.of }), n.stats.first && n.stats.last ? fill(t.seenFrom, { first: format.moment(n.stats.first), last: format.moment(n.stats.last) }) : ''].filter(Boolean).join(', ') : undefined}>
                {n.stats && n.stats.of > 0 ? `${n.stats.seen}/${n.stats.of}` : ''}
              </span>
            </div>
          )
        })}
      </div>
      {rows.length === 0 && <span className="sr-only">{desk.target?.label}</span>}
    </div>
  )
}

/** Detail tells more of the row that is chosen: its path, and what it was most often. */
function Detail({ node, lacking }: { node: Node | undefined; lacking: boolean }) {
  const t = useWords()
  const { hide } = useVeil()
  const desk = useDesk()
  const values = node?.stats?.values.filter((v) => !v.value.endsWith('•••')).slice(0, 8) ?? [] // the first letter of a value tells nothing
  const kinds = node?.stats?.kinds.length && node.stats.kinds.length > 1 ? node.stats.kinds.map((k) => `${k.kind} ${k.count}`).join(', ') : ''
  return (
    <div className="flex h-[42px] shrink-0 flex-wrap [align-content:safe_center] items-center gap-x-3 gap-y-2 overflow-hidden border-t border-line px-3 text-meta text-text-2">
      {node && <code className="max-w-full text-text-2 not-[:only-child]:truncate">{node.doc?.split('\n')[0] ?? node.path}</code>}
      {node?.doc && <span className="min-w-0">{node.doc.split('\n')[1]}</span>}
      {values.length > 0 && <span className="min-w-0 truncate">{t.often}: {values.map((v) => `${v.value === '' ? t.emptyText : String(hide(v.value, node?.path))} ×${v.count}`).join(', ')}</span>}
      {lacking && <span className="text-warn">{t.mayLackWhy}</span>}
      {kinds && <span className="text-warn">{t.kinds}: {kinds}</span>}
      {desk.schema?.origin === 'samples' && !node?.doc && <span>{t.samplesOnly}</span>}
      {desk.target && <span className="ml-auto max-w-40 truncate font-medium text-accent">{fill(t.into, { field: desk.target.label })}</span>}
    </div>
  )
}

/** EventChoice says with which event values are shown; the one that is chosen stays. */
export function EventChoice() {
  const t = useWords()
  const desk = useDesk()
  const { lang } = useLang()
  if (desk.events.length === 0) return null
  const time = (at: string) => new Intl.DateTimeFormat(lang, Date.now() - new Date(at).getTime() < 86_400_000 ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' }).format(new Date(at))
  const { within } = useVeil()
  const usual = desk.passes === undefined ? t.newest : desk.passes ? t.newestPassing : t.newestNone
  const nameOf = (e: Schemas['EventView']) => `${fill(t.eventOf, { at: time(e.at) })}${e.title ? ` · ${within(e.title, e.trigger)}` : ''}`
  const here = desk.events.some((e) => e.id === desk.event?.id)
  return (
    <select aria-label={t.theEvent} title={desk.event && `${desk.pinned ? '' : `${usual} · `}${nameOf(desk.event)}`} className="plain-select max-w-36 cursor-pointer truncate rounded bg-transparent py-1 text-xs text-text-2 hover:text-text" value={desk.pinned ? (desk.event?.id ?? '') : ''} onChange={(e) => pinSample(desk.flow.id, e.target.value || null)}>
      <option value="">{usual}</option>
      {desk.event && !here && <option value={desk.event.id}>{t.failedRun}</option>}
      {desk.events.map((e) => <option key={e.id} value={e.id}>{nameOf(e)}</option>)}
    </select>
  )
}
