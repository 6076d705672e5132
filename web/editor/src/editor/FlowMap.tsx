import { lazy, Suspense } from 'react'
import type { Flow } from '../flow'
import type { Desk } from '../tree/desk'
import { Loading } from '../ui/basics'

const MapView = lazy(() => import('./MapView').then((m) => ({ default: m.MapView })))

/** FlowMap fetches the map when it is first asked for. */
export function FlowMap(props: { flow: Flow; desk: Desk }) {
  return <Suspense fallback={<Loading />}><MapView {...props} /></Suspense>
}
