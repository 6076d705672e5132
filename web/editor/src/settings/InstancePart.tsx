import { type FormEvent, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { Button } from '../ui/Button'
import { Choice } from '../ui/Choice'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { Problem, Skeleton } from '../ui/states'
import { toast } from '../ui/Toast'
import { ZoneSelect } from '../ui/ZoneSelect'
import { placeOf } from '../ui/zones'
import { fill } from '../words/phrase'
import { Part } from './Part'
import { useWords } from './words'

/** InstancePart sets the public address and the time zone, unless the operator has, and the language of what is written once for everybody. */
export function InstancePart() {
  const t = useWords()
  const { data, error, refetch } = useQuery({ queryKey: ['instance'], queryFn: () => take(api.GET('/instance')) })
  return (
    <Part title={t.instance} help={t.instanceHelp}>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton rows={2} />}
      {data && <Form key={JSON.stringify(data)} kept={data} />}
    </Part>
  )
}

function Form({ kept }: { kept: Schemas['InstanceView'] }) {
  const t = useWords()
  const queries = useQueryClient()
  const [typed, setTyped] = useState({ public_url: kept.public_url, timezone: kept.timezone, lang: kept.lang })
  const given = (name: 'public_url' | 'timezone') => kept.given.includes(name)
  const help = (name: 'public_url' | 'timezone', words: string) => (given(name) ? fill(t.givenByOperator, { value: kept.now[name] }) : words)
  const save = useMutation({
    mutationFn: () => take(api.PUT('/instance', { body: typed })),
    onSuccess: async (next) => {
      queries.setQueryData(['instance'], next)
      toast(t.done)
      await Promise.all(['about', 'flows', 'flow', 'kinds'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
    },
  })
  const changed = typed.public_url !== kept.public_url || typed.timezone !== kept.timezone || typed.lang !== kept.lang
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="max-w-lg space-y-4">
      <Field label={t.publicURL} help={help('public_url', t.publicURLHelp)}>
        <input className={inputLook} type="url" inputMode="url" spellCheck={false} disabled={given('public_url')} placeholder={kept.now.public_url} value={given('public_url') ? kept.now.public_url : typed.public_url} onChange={(e) => setTyped({ ...typed, public_url: e.target.value })} />
      </Field>
      <div>
        <p className="mb-1 font-medium">{t.timezone}</p>
        {given('timezone') ? <p>{placeOf(kept.now.timezone)}</p> : <ZoneSelect label={t.timezone} none="UTC" value={typed.timezone} set={(timezone) => setTyped({ ...typed, timezone })} />}
        <p className="mt-1 text-meta text-text-3">{help('timezone', t.timezoneHelp)}</p>
      </div>
      <div>
        <Choice label={t.teamLanguage} value={typed.lang || kept.now.lang || 'en'} set={(lang) => setTyped({ ...typed, lang })} options={[{ value: 'en', label: 'English' }, { value: 'pt-BR', label: 'Português (Brasil)' }]} />
        <p className="mt-1 text-meta text-text-3">{t.teamLanguageHelp}</p>
      </div>
      {save.error && <Problem error={save.error} />}
      <Button type="submit" look="primary" busy={save.isPending} disabled={!changed}>{t.save}</Button>
    </form>
  )
}
