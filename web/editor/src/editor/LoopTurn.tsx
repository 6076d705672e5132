import { Suspense } from 'react'
import { type TreeStore, useTree } from '../tree/store'
import { soon } from '../ui/soon'

const TurnChoice = soon(() => import('../runs/TurnChoice').then((m) => m.TurnChoice))

/** LoopTurn chooses the turn of a loop whose results the steps inside show. */
export function LoopTurn({ store, id }: { store: TreeStore; id: string }) {
  const looked = useTree(store, (s) => s.looked)
  if (!looked) return null
  return <Suspense fallback={null}><TurnChoice id={`turn-${id}`} tabIndex={-1} run={looked.run} loop={looked.paths.get(id) ?? id} at={looked.turn(id)} choose={(n) => looked.choose(id, n)} /></Suspense>
}
