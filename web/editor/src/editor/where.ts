import type { Schemas } from '../api/client'
import type { Flow, Step } from '../flow'

/** pointerOf is the JSON pointer of a step in its flow. */
export function pointerOf(flow: Flow, id: string): string {
  const inside = (steps: Step[], at: string): string | undefined => {
    for (const [i, s] of steps.entries()) {
      const here = `${at}/${i}`
      if (s.id === id) return here
      const found = inside(s.steps ?? [], `${here}/steps`) ?? inside(s.catch ?? [], `${here}/catch`) ?? s.branches?.reduce<string | undefined>((f, b, n) => f ?? inside(b.steps, `${here}/branches/${n}/steps`), undefined)
      if (found) return found
    }
    return undefined
  }
  return inside(flow.steps, '/steps') ?? '/steps/-'
}

/** below are the problems at a pointer and inside of it, errors first. */
export function below(problems: Schemas['ProblemView'][], pointer: string): Schemas['ProblemView'][] {
  const found = problems.filter((p) => p.path === pointer || p.path.startsWith(`${pointer}/`))
  return found.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
}
