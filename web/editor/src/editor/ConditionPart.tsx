import { Suspense } from 'react'
import type { PartProps } from '../conditions/ConditionPart'
import { soon } from '../ui/soon'

const Own = soon(() => import('../conditions/ConditionPart').then((m) => m.ConditionPart))

/** ConditionPart is a condition of a step, a path or a trigger, which keeps its place until it is fetched. */
export const ConditionPart = (props: PartProps) => <Suspense fallback={<div aria-busy className="min-h-32" />}><Own {...props} /></Suspense>
