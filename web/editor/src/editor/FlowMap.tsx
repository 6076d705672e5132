import { Suspense } from 'react'
import type { Schemas } from '../api/client'
import type { Flow } from '../flow'
import type { Desk } from '../tree/desk'
import { Loading } from '../ui/basics'
import { soon } from '../ui/soon'

const MapView = soon(() => import('./MapView').then((m) => m.MapView))

export type MapProps = { flow: Flow; desk: Desk; trigger: { title: string; mark?: Schemas['Mark'] } }

/** FlowMap fetches the map when it is first asked for. */
export function FlowMap(props: MapProps) {
  return <Suspense fallback={<Loading />}><MapView {...props} /></Suspense>
}
