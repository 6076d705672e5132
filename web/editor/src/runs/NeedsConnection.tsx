import { Suspense, useState } from 'react'
import { Cable, Plus } from 'lucide-react'
import { useActions, useConnections, useKinds } from '../api/hooks'
import { Button } from '../ui/Button'
import { soon } from '../ui/soon'
import { useWords } from './runWords'

const ConnectionDialog = soon(() => import('../connections/ConnectionDialog').then((m) => m.ConnectionDialog))

/** NeedsConnection makes or opens the connection that a step waits for, here on the spot. */
export function NeedsConnection({ name, action }: { name: string; action?: string }) {
  const t = useWords()
  const [open, setOpen] = useState(false)
  const kinds = useKinds()
  const there = useConnections().data?.items.find((c) => c.name === name)
  const wanted = useActions().data?.items.find((a) => a.kind === action)?.connections
  const Icon = there ? Cable : Plus
  return (
    <>
      <Button size="small" className="text-text" onClick={() => setOpen(true)}><Icon size={15} aria-hidden />{there ? t.openConnection : t.makeConnection}</Button>
      {open && kinds.data && <Suspense fallback={null}><ConnectionDialog before={there} name={name} wanted={there ? undefined : wanted} kinds={kinds.data.items} close={() => setOpen(false)} /></Suspense>}
    </>
  )
}
