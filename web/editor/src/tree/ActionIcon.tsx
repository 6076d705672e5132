import { Braces, Clock, Cpu, Database, Funnel, Globe, Hash, Hourglass, Mail, MessageSquare, OctagonX, Repeat, Reply, Split, Waypoints, Workflow, Zap } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Mark } from '../ui/Mark'

const icons: Record<string, typeof Zap> = {
  filter: Funnel, branch: Split, parallel: Waypoints, loop: Repeat, set: Braces, transform: Cpu, delay: Clock, wait: Hourglass, call: Workflow, respond: Reply, stop: OctagonX,
  state: Database, http: Globe, email: Mail, slack: Hash, log: MessageSquare,
}

/** ActionIcon is the picture of an action: the mark of its service, else by its kind, or by the family before the dot. */
export function ActionIcon({ kind, mark, size = 18 }: { kind: string; mark?: Schemas['Mark']; size?: number }) {
  if (mark) return <Mark mark={mark} size={size} />
  const Icon = icons[kind] ?? icons[kind.split('.')[0] ?? ''] ?? Zap
  return <Icon size={size} strokeWidth={1.75} aria-hidden />
}
