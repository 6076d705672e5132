import { type ComponentProps, Suspense, useEffect } from 'react'
import { useDesk } from '../data/desk'
import { soon } from '../ui/soon'

const ConnectionForm = soon(() => import('../connections/ConnectionForm').then((m) => m.ConnectionForm))

/** PanelConnection is the form of a connection inside a panel. A connection takes no data, and its button is the one to press: both make room for it. */
export function PanelConnection(props: Omit<ComponentProps<typeof ConnectionForm>, 'className'>) {
  const { aim, connect } = useDesk()
  useEffect(() => {
    aim(undefined)
    connect(true)
    return () => connect(false)
  }, [aim, connect])
  return <Suspense fallback={null}><ConnectionForm className="mt-2 rounded-xl border border-line bg-bg p-3 [--foot:12px] [--pin:32px] [--side:12px]" {...props} /></Suspense>
}
