import type { ComponentType } from 'react'
import { Bell, Braces, DatabaseBackup, Globe, History, Info, KeyRound, type LucideIcon, Network, Package, Palette, UserRound, Users as UsersIcon } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { Page } from '../ui/Page'
import { Select } from '../ui/Select'
import { About } from './About'
import { AlertTargets } from './AlertTargets'
import { Audit } from './Audit'
import { Backups } from './Backups'
import { InstancePart } from './InstancePart'
import { KeptState } from './KeptState'
import { Looks } from './Looks'
import { NetworkPart } from './NetworkPart'
import { Profile } from './Profile'
import { Tokens } from './Tokens'
import { Users } from './Users'
import { Variables } from './Variables'
import { useWords } from './words'

type Role = 'viewer' | 'editor' | 'admin'

const parts = [
  { id: 'profile', icon: UserRound, from: 'viewer', show: Profile },
  { id: 'looks', icon: Palette, from: 'viewer', show: Looks },
  { id: 'instance', icon: Globe, from: 'admin', show: InstancePart },
  { id: 'users', icon: UsersIcon, from: 'admin', show: Users },
  { id: 'tokens', icon: KeyRound, from: 'admin', show: Tokens },
  { id: 'variables', icon: Braces, from: 'viewer', show: Variables },
  { id: 'state', icon: Package, from: 'editor', show: KeptState },
  { id: 'alerts', icon: Bell, from: 'admin', show: AlertTargets },
  { id: 'network', icon: Network, from: 'viewer', show: NetworkPart },
  { id: 'backups', icon: DatabaseBackup, from: 'admin', show: Backups },
  { id: 'audit', icon: History, from: 'admin', show: Audit },
  { id: 'about', icon: Info, from: 'viewer', show: About },
] as const satisfies readonly { id: string; icon: LucideIcon; from: Role; show: ComponentType<{ role: string }> }[]

const rank: Record<string, number> = { viewer: 0, editor: 1, admin: 2 }

/** Settings are parts with an address each; some are for admins. */
export function Settings({ role, part }: { role: string; part: string }) {
  const t = useWords()
  const [, go] = useLocation()
  const mine = parts.filter((p) => (rank[role] ?? 0) >= (rank[p.from] ?? 0))
  const shown = mine.find((p) => p.id === part) ?? mine[0]
  if (!shown) return null
  const Show = shown.show
  return (
    <Page title={t.settings} wide>
      <div className="grid gap-6 md:grid-cols-[13rem_minmax(0,1fr)]">
        <div className="md:hidden"><Select label={t.sections} value={shown.id} set={(id) => go(`/settings/${id}`)} options={mine.map(({ id, icon: Icon }) => ({ value: id, label: t[id], mark: <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0 text-text-2" /> }))} /></div>
        <nav aria-label={t.sections} className="hidden gap-1 self-start md:sticky md:top-19 md:flex md:flex-col">
          {mine.map(({ id, icon: Icon }) => (
            <Link key={id} href={`/settings/${id}`} aria-current={id === shown.id ? 'page' : undefined} className={`flex min-h-9 items-center gap-2.5 rounded-lg px-2.5 font-medium transition-colors duration-120 ${id === shown.id ? 'bg-accent-soft text-accent' : 'text-text-2 hover:bg-sunken hover:text-text'}`}>
              <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />{t[id]}
            </Link>
          ))}
        </nav>
        <div className="min-w-0 space-y-5"><Show role={role} /></div>
      </div>
    </Page>
  )
}
