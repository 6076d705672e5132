import { Activity, Inbox, List, Map as MapIcon, Play, Redo2, Undo2 } from 'lucide-react'
import { Suspense, useState } from 'react'
import { Link } from 'wouter'
import { LiveSign } from '../shell/Bar'
import { Button, IconButton } from '../ui/basics'
import { buttonLook } from '../ui/Button'
import { Logo } from '../ui/Logo'
import { MenuButton } from '../ui/Menu'
import { soon } from '../ui/soon'
import { fill, usePlural } from '../words/phrase'
import { type Command, commandOf, keyWords, type Shown } from './commands'
import { useLooks } from './Locked'
import type { Open } from './open'
import { SavedLine } from './SavedLine'
import { useChanges } from './useChanges'
import type { DraftHook } from './useDraft'
import { useWords } from './words'

const FlowMenu = soon(() => import('./FlowMenu').then((m) => m.FlowMenu))
const RotateDialog = soon(() => import('./RotateDialog').then((m) => m.RotateDialog))

type BarProps = { draft: DraftHook; open: Open; setOpen: (open: Open) => void; map: boolean; setMap: (map: boolean) => void; run: (command: Command) => void }

/** Bar is the line above a flow: its name, whether it is saved, and what can be done with the whole of it. */
export function Bar({ draft, open, setOpen, map, setMap, run }: BarProps) {
  const t = useWords()
  const { view, flow } = draft
  const looks = useLooks()
  const [rotating, setRotating] = useState(false)
  const toggle = (what: Shown) => setOpen(open?.what === what ? null : { what })
  return (
    <header className="z-20 flex min-h-[52px] shrink-0 items-center gap-1 border-b border-line bg-surface px-3 max-[900px]:flex-wrap max-[900px]:py-1.5 sm:px-4">
      <Logo />
      <NameField draft={draft} />
      {!looks && <SavedLine draft={draft} />}
      {draft.saving !== 'waiting' && <LiveSign />}
      <span className="flex-1" />
      {!looks && <><IconButton label={t.undo} hint={keyWords('Ctrl+Z')} disabled={!view.can_undo && draft.saving === 'saved'} onClick={() => run(commandOf('undo'))}><Undo2 size={18} strokeWidth={1.75} aria-hidden /></IconButton>
      <IconButton label={t.redo} hint={keyWords('Ctrl+Shift+Z')} disabled={!view.can_redo} className="max-sm:hidden" onClick={() => run(commandOf('redo'))}><Redo2 size={18} strokeWidth={1.75} aria-hidden /></IconButton></>}
      <span className="ml-2 hidden items-center gap-2 min-[760px]:flex">
        <Story flow={flow.id} />
        <Button aria-pressed={map} onClick={() => setMap(!map)}>{map ? <List size={16} strokeWidth={1.75} aria-hidden /> : <MapIcon size={16} strokeWidth={1.75} aria-hidden />}{map ? t.list : t.map}</Button>
        {!looks && <Button onClick={() => toggle('test')}><Play size={16} strokeWidth={1.75} aria-hidden />{t.testFlow}</Button>}
      </span>
      {!looks && <PublishButton draft={draft} toggle={() => toggle('publish')} />}
      <MenuButton label={t.flowMenu}>{(popup) => <FlowMenu {...popup} {...{ draft, toggle, map, setMap, run }} rotate={() => setRotating(true)} />}</MenuButton>
      {rotating && <Suspense fallback={null}><RotateDialog draft={draft} close={() => setRotating(false)} /></Suspense>}
    </header>
  )
}

/** NameField is the name of the flow, as wide as it is long, in two lines at most; where it is narrow it stands below the tools. While nobody writes in it, it is drawn with its ellipsis. */
function NameField({ draft }: { draft: DraftHook }) {
  const t = useWords()
  const { flow } = draft
  const rename = (name: string) => draft.draft.edit((f) => ({ ...f, name: name.replace(/\s*\n\s*/g, ' ') }))
  const hold = 'col-start-1 row-start-1 my-1 px-2 break-words'
  return (
    <span className="group/name inline-grid min-w-16 shrink rounded-lg text-title leading-5 font-semibold max-[900px]:order-last max-[900px]:basis-full">
      <span aria-hidden className={`${hold} line-clamp-2 rounded-lg group-focus-within/name:invisible group-hover/name:bg-sunken`}>{flow.name || ' '}</span>
      <textarea id="flow-name" aria-label={t.name} title={flow.name} readOnly={useLooks()} rows={1} cols={1} value={flow.name} onChange={(e) => rename(e.target.value)} onKeyDown={(e) => { if (e.key === 'Enter') { e.preventDefault(); e.currentTarget.blur() } }} className={`${hold} w-full min-w-0 resize-none overflow-hidden rounded-lg bg-transparent opacity-0 -outline-offset-2 focus:opacity-100`} />
    </span>
  )
}

/** Story leads to what a flow got and did. */
function Story({ flow }: { flow: string }) {
  const t = useWords()
  const ways = [{ to: 'events', word: t.events, icon: Inbox }, { to: 'runs', word: t.runs, icon: Activity }]
  return ways.map(({ to, word, icon: Icon }) => (
    <Link key={to} href={`/${to}?flow=${flow}`} data-tip={word} className={`${buttonLook('quiet')} max-[1100px]:px-2`}>
      <Icon size={16} strokeWidth={1.75} aria-hidden /><span className="max-[1100px]:sr-only">{word}</span>
    </Link>
  ))
}

function PublishButton({ draft, toggle }: { draft: DraftHook; toggle: () => void }) {
  const t = useWords()
  const plural = usePlural()
  const { view } = draft
  const changes = useChanges(draft)
  const next = fill(t.publishRev, { n: view.published_rev + 1 })
  if (view.published_rev > 0 && !view.changed && draft.saving === 'saved') return <Button className="ml-2" onClick={toggle}>{fill(t.upToDate, { n: view.published_rev })}</Button>
  return <Button look="primary" className="ml-2" onClick={toggle}><span>{next}{changes !== undefined && changes > 0 && <span className="max-sm:hidden"> · {plural(t, 'changes', changes)}</span>}</span></Button>
}
