import { Bell, Braces, DatabaseBackup, Globe, History, Info, KeyRound, type LucideIcon, Network, Package, Palette, UserRound, Users } from 'lucide-react'

type Role = 'viewer' | 'editor' | 'admin'

/** parts are those of the settings, in their order, each with the least role that sees it. */
export const parts = [
  { id: 'profile', icon: UserRound, from: 'viewer' },
  { id: 'looks', icon: Palette, from: 'viewer' },
  { id: 'instance', icon: Globe, from: 'admin' },
  { id: 'users', icon: Users, from: 'admin' },
  { id: 'tokens', icon: KeyRound, from: 'admin' },
  { id: 'variables', icon: Braces, from: 'viewer' },
  { id: 'state', icon: Package, from: 'editor' },
  { id: 'alerts', icon: Bell, from: 'admin' },
  { id: 'network', icon: Network, from: 'viewer' },
  { id: 'backups', icon: DatabaseBackup, from: 'admin' },
  { id: 'audit', icon: History, from: 'admin' },
  { id: 'about', icon: Info, from: 'viewer' },
] as const satisfies readonly { id: string; icon: LucideIcon; from: Role }[]

const rank: Record<string, number> = { viewer: 0, editor: 1, admin: 2 }

/** partsOf are the parts that a role sees. */
export const partsOf = (role: string) => parts.filter((p) => (rank[role] ?? 0) >= (rank[p.from] ?? 0))
