import { useId, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { Code } from '../code/Code'
import { useDesk } from '../data/desk'
import { pinSample } from '../data/pinned'
import { readJSON, unreadable } from '../fields/CodeField'
import { Button, Problem } from '../ui/basics'
import { plainBody } from './useSample'
import { useWords } from './words'

type OwnProps = { live: boolean; sample?: Schemas['PresetEvent'] | Schemas['TestEvent']; close: () => void }

const texts = (value: unknown): Record<string, string> => Object.fromEntries(Object.entries(value ?? {}).filter((e): e is [string, string] => typeof e[1] === 'string'))

/** OwnSample is an event that a person writes: the one that is looked at, or the provider's sample, to begin with. Previews use it from then on. */
export function OwnSample({ live, sample, close }: OwnProps) {
  const t = useWords()
  const desk = useDesk()
  const id = useId()
  const queries = useQueryClient()
  const [begun] = useState(() => desk.event?.trigger ?? { body: plainBody(), ...sample })
  const [text, setText] = useState(() => JSON.stringify(begun['body'] ?? {}, null, 2))
  const body = readJSON(text)
  const bad = body === unreadable || body === undefined
  const keep = useMutation({
    mutationFn: () => take(api.POST('/flows/{id}/events', { params: { path: { id: desk.flow.id } }, body: { event: { body, headers: texts(begun['headers']), query: texts(begun['query']) } } })),
    onSuccess: async (kept) => {
      if ('event' in kept && typeof kept.event === 'string') pinSample(desk.flow.id, kept.event)
      close()
      await Promise.all([queries.invalidateQueries({ queryKey: ['samples', desk.flow.id] }), queries.invalidateQueries({ queryKey: ['schema', desk.flow.id] })])
    },
  })
  return (
    <div className="code-mono-wrap mt-3" data-field="sample">
      <p id={`${id}-label`} className="mb-1 font-medium">{t.ownSample}</p>
      <Code value={text} change={setText} mode="json" lines="many" labelledBy={`${id}-label`} describedBy={`${id}-help`} invalid={bad} autoFocus />
      <p id={`${id}-help`} className={`mt-1 text-meta ${bad || live ? 'text-warn' : 'text-text-3'}`}>{bad ? t.badSample : live ? t.sampleRuns : t.ownHelp}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button look="primary" size="small" busy={keep.isPending} disabled={bad} onClick={() => keep.mutate()}>{live ? t.sampleYes : t.useSample}</Button>
        <Button look="quiet" size="small" onClick={close}>{t.cancel}</Button>
      </div>
      {keep.error && <Problem error={keep.error} />}
    </div>
  )
}
