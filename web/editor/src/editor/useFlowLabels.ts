import { usePresets } from '../api/hooks'
import type { Flow } from '../flow'
import type { Labels } from '../tree/summary'
import { presetOf, useLabels } from './presetLabels'

/** useFlowLabels gives the names that paths have on the cards of a flow, to what stands beside these. */
export const useFlowLabels = (flow: Flow): Labels => useLabels(flow, presetOf(flow, usePresets().data?.items ?? []))
