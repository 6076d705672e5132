import { useCallback, useMemo } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { pathOf } from '../data/desk'
import type { Flow, Step } from '../flow'
import { waitMocks } from './waits'

type Run = Schemas['RunView']

/** useTested remembers what each step yielded in the tests of a flow. */
export function useTested(flow: string) {
  const queries = useQueryClient()
  const key = useMemo(() => ['tested', flow], [flow])
  const kept = useQuery<Record<string, Schemas['StepView']>>({ queryKey: key, queryFn: () => ({}), staleTime: Infinity, gcTime: Infinity, initialData: {} })
  const keep = (run: Run) => queries.setQueryData(key, (before: Record<string, Schemas['StepView']> | undefined) => ({ ...before, ...Object.fromEntries((run.steps ?? []).map((s) => [s.path, s])) }))
  return { kept: kept.data, keep }
}

/** useStepTest runs the draft up to one step, and remembers what each step yielded. */
export function useStepTest(flow: Flow, step: Step, event: string | undefined, tested?: (run: Run) => void) {
  const path = pathOf(flow, step.id)
  const { kept, keep } = useTested(flow.id)
  const test = useMutation({
    mutationFn: ({ eventID, real, anyhow }: { eventID?: string; real?: boolean; /** whatever the trigger and the steps before would say */ anyhow?: boolean }) =>
      take(api.POST('/flows/{id}/test', { params: { path: { id: flow.id } }, body: { flow: anyhow ? { ...flow, trigger: { ...flow.trigger, where: undefined } } : flow, until: path, ...(eventID ?? event ? { event_id: eventID ?? event } : {}), ...(!real && { mocks: waitMocks(flow) }), ...(real && { effects: 'real' as const }), ...((real || anyhow) && { from: path }) } })),
    onSuccess: (run) => {
      keep(run)
      tested?.(run)
    },
  })
  const outputs = useMemo(() => Object.fromEntries(Object.values(kept).filter((s) => s.status === 'succeeded' && s.output !== undefined).map((s) => [s.path.split('.').at(-1) ?? s.path, s.output])), [kept])
  const mutate = test.mutate
  const run = useCallback((eventID?: string, real?: boolean, anyhow?: boolean) => mutate({ eventID, real, anyhow }), [mutate])
  return { run, pending: test.isPending, error: test.error, last: test.data, real: test.variables?.real === true, result: kept[path], outputs, reached: test.data ? test.data.steps?.some((s) => s.path === path && (s.status !== 'skipped' || s.reason)) ?? false : true }
}
