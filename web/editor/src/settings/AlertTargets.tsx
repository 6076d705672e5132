import { type FormEvent, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useAlerts, useConnections } from '../api/hooks'
import { Button } from '../ui/Button'
import { Field, inputLook } from '../ui/Field'
import { Problem, Skeleton } from '../ui/states'
import { Select } from '../ui/Select'
import { toast } from '../ui/Toast'
import { useLang } from '../words'
import { fill } from '../words/phrase'
import { Part } from './Part'
import { useWords } from './words'

/** AlertTargets says who is told when something is wrong. */
export function AlertTargets() {
  const t = useWords()
  const { data, error } = useQuery({ queryKey: ['alert-settings'], queryFn: () => take(api.GET('/alerts/settings')) })
  const open = useAlerts().data?.items.length ?? 0
  return (
    <Part title={t.alerts} help={t.alertsHelp}>
      {open > 0 && <p className="mb-4"><Link href="/" className="text-fail underline">{fill(t.openAlerts, { n: open })}</Link></p>}
      {error && <Problem error={error} />}
      {!data && !error && <Skeleton rows={2} />}
      {data && <Form key={JSON.stringify(data)} kept={data} />}
    </Part>
  )
}

function Form({ kept }: { kept: Schemas['AlertSettings'] }) {
  const t = useWords()
  const { lang } = useLang()
  const queries = useQueryClient()
  const connections = useConnections()
  const [to, setTo] = useState(kept.to.join('\n'))
  const [smtp, setSMTP] = useState(kept.smtp ?? '')
  const [speaks, setSpeaks] = useState<'en' | 'pt-BR'>(kept.to.length > 0 ? kept.lang ?? lang : lang)
  const save = useMutation({
    mutationFn: () => take(api.PUT('/alerts/settings', { body: { to: to.split('\n').map((x) => x.trim()).filter(Boolean), smtp, lang: speaks } })),
    onSuccess: (next) => { queries.setQueryData(['alert-settings'], next); toast(t.done) },
  })
  const trial = useMutation({ mutationFn: () => take(api.POST('/alerts/test')) })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  const mails = connections.data?.items.filter((c) => c.kind === 'smtp') ?? []
  return (
    <form onSubmit={submit} className="max-w-lg space-y-4">
      <Field label={t.tellWho} help={t.tellWhoHelp}><textarea rows={3} spellCheck={false} className={inputLook} value={to} onChange={(e) => setTo(e.target.value)} /></Field>
      <div><p className="mb-1 font-medium">{t.tellBy}</p><Select label={t.tellBy} value={smtp} set={setSMTP} placeholder={t.noneChosen} options={[{ value: '', label: t.noneChosen }, ...mails.map((c) => ({ value: c.name, label: c.name }))]} /></div>
      <div><p className="mb-1 font-medium">{t.tellLang}</p><Select label={t.tellLang} value={speaks} set={(v) => setSpeaks(v as 'en' | 'pt-BR')} options={[{ value: 'en', label: 'English' }, { value: 'pt-BR', label: 'Português (Brasil)' }]} /></div>
      {save.error && <Problem error={save.error} />}
      {trial.error && <Problem error={trial.error} />}
      <div className="flex flex-wrap gap-2"><Button type="submit" look="primary" busy={save.isPending}>{t.save}</Button><Button busy={trial.isPending} onClick={() => trial.mutate()}>{t.trialAlert}</Button></div>
      {trial.data && <ul role="status">{trial.data.told.length === 0 ? <li>{t.nobodyTold}</li> : trial.data.told.map((x) => <li key={x.to} className={x.error ? 'text-fail' : 'text-ok'}>{x.error ? fill(t.trialFailed, { to: x.to, why: x.error }) : fill(t.trialSent, { to: x.to })}</li>)}</ul>}
    </form>
  )
}
