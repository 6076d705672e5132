import type { ComponentType } from 'react'
import { Link, useLocation } from 'wouter'
import { Nothing } from '../shell/Nothing'
import { NotYours } from '../shell/NotYours'
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
import { parts, partsOf } from './parts'
import { Profile } from './Profile'
import { Tokens } from './Tokens'
import { Users } from './Users'
import { Variables } from './Variables'
import { useWords } from './words'

const screens: Record<(typeof parts)[number]['id'], ComponentType<{ role: string }>> = {
  profile: Profile, looks: Looks, instance: InstancePart, users: Users, tokens: Tokens, variables: Variables,
  state: KeptState, alerts: AlertTargets, network: NetworkPart, backups: Backups, audit: Audit, about: About,
}

/** Settings are parts with an address each; some are for admins. */
export function Settings({ role, part }: { role: string; part: string }) {
  const t = useWords()
  const [, go] = useLocation()
  const mine = partsOf(role)
  const shown = mine.find((p) => p.id === part) ?? mine[0]
  if (!shown) return null
  if (part && !parts.some((p) => p.id === part)) return <Nothing />
  const barred = parts.find((p) => p.id === part && !mine.includes(p))
  if (barred) return <NotYours admins={barred.from === 'admin'} />
  const Show = screens[shown.id]
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
