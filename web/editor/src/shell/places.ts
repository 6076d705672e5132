import { Activity, Cable, Inbox, Settings, UserRound, Workflow } from 'lucide-react'

/** places are the screens of the bar, in its order; some are not for viewers. */
export const places = [
  { path: '/', word: 'flows', icon: Workflow, keys: 'g f', viewer: true },
  { path: '/runs', word: 'runs', icon: Activity, keys: 'g r', viewer: true },
  { path: '/events', word: 'events', icon: Inbox, keys: 'g e', viewer: true },
  { path: '/connections', word: 'connections', icon: Cable, keys: 'g c', viewer: false },
  { path: '/people', word: 'people', icon: UserRound, keys: 'g p', viewer: false },
  { path: '/settings', word: 'settings', icon: Settings, keys: 'g s', viewer: true },
] as const

export const placesOf = (role: string) => places.filter((p) => p.viewer || role !== 'viewer')

export const standsAt = (here: string, path: string) => (path === '/' ? here === '/' || here.startsWith('/flows') : here.startsWith(path))
