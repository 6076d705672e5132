import type { ReactNode } from 'react'
import { Card } from '../ui/Page'

/** Part is one card of the settings. */
export function Part({ title, help, children }: { title: string; help?: ReactNode; children: ReactNode }) {
  return (
    <Card className="p-5">
      <h2 className="text-title font-semibold">{title}</h2>
      {help && <p className="text-pretty text-text-2">{help}</p>}
      <div className="mt-4">{children}</div>
    </Card>
  )
}
