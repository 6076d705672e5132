import { Suspense, useMemo } from 'react'
import { find } from '../flow'
import { soon } from '../ui/soon'
import { useMedia } from '../ui/useMedia'
import { useStepName } from '../tree/useStepName'
import { useDesk } from './desk'

const Dock = soon(() => import('./Dock').then((m) => m.Dock))
const Picker = soon(() => import('./Picker').then((m) => m.Picker))
const Sheet = soon(() => import('./Sheet').then((m) => m.Sheet))

type DockProps = { outputs: Record<string, unknown> }

/** DataDock keeps the data at the foot of the panel while a field takes it; on a phone it is a second sheet, with the field above it. */
export function DataDock({ outputs }: DockProps) {
  const desk = useDesk()
  const nameOf = useStepName()
  const wide = useMedia('(min-width: 600px)')
  const titleOf = useMemo(() => (id: string) => {
    const step = find(desk.flow, id)
    return step ? nameOf(step) : id
  }, [desk.flow, nameOf])
  if (!wide) return desk.picking === 'keys' ? <Suspense fallback={null}><Sheet><Picker titleOf={titleOf} outputs={outputs} row={44} searching={false} done={() => desk.pick(false)} /></Sheet></Suspense> : null
  if (!desk.target) return null
  return <Suspense fallback={null}><Dock titleOf={titleOf} outputs={outputs} /></Suspense>
}
