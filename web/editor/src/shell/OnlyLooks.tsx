import type { ReactNode } from 'react'
import { Eye } from 'lucide-react'
import { useSession } from '../api/hooks'
import { useWords } from './looksWords'

type Of = 'flows' | 'runs' | 'events' | 'variables'

/** OnlyLooks says where controls are left out or shut that this person's role does not have, and who has them. */
export function OnlyLooks({ of, className = '' }: { of: Of; className?: string }) {
  const t = useWords()
  const role = useSession().data?.role
  if (role === 'admin' || (role === 'editor' && of !== 'variables')) return null
  return <LooksLine className={className}>{t[of]}</LooksLine>
}

export function LooksLine({ className = '', children }: { className?: string; children: ReactNode }) {
  return <p className={`flex items-start gap-2 rounded-lg bg-sunken px-3 py-2 text-secondary text-text-2 ${className}`}><Eye size={15} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0" />{children}</p>
}
