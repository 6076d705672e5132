import type { ReactNode } from 'react'

/** Head begins a section of a panel; what can be done with the whole of it stands beside. */
export function Head({ children, aside, id }: { children: ReactNode; aside?: ReactNode; id?: string }) {
  return <div className="mb-2 flex min-h-8 items-center gap-2"><h3 id={id} className="flex-1 font-semibold">{children}</h3>{aside}</div>
}
