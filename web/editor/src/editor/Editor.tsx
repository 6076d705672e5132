import { Suspense } from 'react'
import { isGone } from '../api/client'
import { useActions, useFlow, usePresets, useTriggers } from '../api/hooks'
import { Problem } from '../ui/basics'
import { Outline } from '../ui/states'
import { late } from '../ui/soon'
import { Workbench } from './Workbench'

const Gone = late(() => import('./Gone').then((m) => m.Gone))
const Nothing = late(() => import('../shell/Nothing').then((m) => m.Nothing))

/** Editor is the screen of one flow. */
export function Editor({ id }: { id: string }) {
  const flow = useFlow(id)
  const actions = useActions()
  const triggers = useTriggers()
  const presets = usePresets()
  const error = flow.error ?? actions.error ?? triggers.error
  if (isGone(flow.error) && !flow.data) return <Nothing flow={id} />
  if (error && !(flow.data && actions.data && triggers.data)) return <main id="content" className="mx-auto max-w-xl px-4"><Problem error={error} retry={() => void Promise.all([flow.refetch(), actions.refetch(), triggers.refetch()])} /></main>
  if (!flow.data || !actions.data || !triggers.data) return <Outline />
  return <>
    <Workbench loaded={flow.data} actions={actions.data.items} triggers={triggers.data.items} presets={presets.data?.items ?? []} />
    {isGone(flow.error) && <Suspense fallback={null}><Gone loaded={flow.data} /></Suspense>}
  </>
}
