import type { Flow } from '../flow'

/** flowJSON is a flow as a bundle of one, as git and an import take it. */
export const flowJSON = (flow: Flow) => `${JSON.stringify({ gancho: 1, flows: [flow] }, null, 2)}\n`
