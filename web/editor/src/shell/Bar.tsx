import { createContext, Suspense } from 'react'
import { Search } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { useLiveState } from '../api/hooks'
import { IconButton } from '../ui/Button'
import { keyText, runCommand } from '../ui/commands'
import { Logo } from '../ui/Logo'
import { MenuButton } from '../ui/Menu'
import { soon } from '../ui/soon'
import { placesOf, standsAt } from './places'
import { useWords } from './words'

/** KeepBar is told, by what stands in place of a screen with a bar of its own, whether this one is wanted. */
export const KeepBar = createContext<(on: boolean) => void>(() => undefined)

type BarProps = { role: string; name: string; leave: () => void }

/** Bar leads to the screens; on a phone they stand at the bottom. */
export function Bar({ role, name, leave }: BarProps) {
  const t = useWords()
  return (
    <>
      <header className="sticky top-0 z-20 flex h-13 items-center gap-1 border-b border-line bg-surface px-3 sm:px-4">
        <Logo word />
        <nav aria-label={t.menu} className="ml-1 hidden min-w-0 flex-1 gap-0.5 sm:flex"><Places role={role} /></nav>
        <span className="flex-1 sm:hidden" />
        <LiveSign />
        <button type="button" onClick={() => runCommand('palette')} className="hidden h-9 items-center gap-2 rounded-lg border border-line px-3 text-text-3 transition-colors duration-120 hover:border-edge lg:flex">
          <Search size={15} aria-hidden /><span className="text-secondary">{t.search}</span><kbd className="ml-4 text-text-3">{keyText('mod+k')}</kbd>
        </button>
        <IconButton label={t.palette} hint={keyText('mod+k')} className="lg:hidden" onClick={() => runCommand('palette')}><Search size={17} strokeWidth={1.75} aria-hidden /></IconButton>
        <Person name={name} leave={leave} />
      </header>
      <nav aria-label={t.menu} className="fixed inset-x-0 bottom-0 z-20 grid auto-cols-fr grid-flow-col border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden"><Places role={role} phone /></nav>
    </>
  )
}

function Places({ role, phone = false }: { role: string; phone?: boolean }) {
  const t = useWords()
  const [here] = useLocation()
  return placesOf(role).map(({ path, word, icon: Icon }) => {
    const on = standsAt(here, path)
    const look = phone
      ? `flex min-h-13 min-w-0 flex-col items-center justify-center gap-0.5 text-[clamp(9px,2.6vw,11px)]/4 font-medium tracking-tight ${on ? 'text-accent' : 'text-text-2'}`
      : `flex h-9 items-center gap-2 rounded-lg px-2.5 font-medium transition-colors duration-120 ${on ? 'bg-accent-soft text-accent' : 'text-text-2 hover:bg-sunken hover:text-text'}`
    return (
      <Link key={path} href={path} aria-label={t[word]} data-tip={phone ? undefined : t[word]} aria-current={on ? 'page' : undefined} className={look}>
        <Icon size={phone ? 19 : 17} strokeWidth={1.75} aria-hidden /> <span className={phone ? 'whitespace-nowrap' : 'hidden md:inline'}>{t[word]}</span>
      </Link>
    )
  })
}

const Paused = soon(() => import('./Paused').then((m) => m.Paused))

/** LiveSign says that the page does not hear of what happens. */
export const LiveSign = () => (useLiveState() === 'paused' ? <Suspense fallback={null}><Paused /></Suspense> : null)

const PersonMenu = soon(() => import('./PersonMenu').then((m) => m.PersonMenu))

function Person({ name, leave }: { name: string; leave: () => void }) {
  const t = useWords()
  const letters = (name.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, 2).map((w) => w[0]?.toUpperCase()).join('')
  return (
    <MenuButton label={name || t.menu} trigger={(props) => (
      <button type="button" aria-label={`${letters} ${name || t.menu}`.trim()} data-tip={name} {...props} className="ml-1 inline-grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft text-meta font-semibold text-accent">{letters || '·'}</button>
    )}>{(popup) => <PersonMenu {...popup} leave={leave} />}</MenuButton>
  )
}
