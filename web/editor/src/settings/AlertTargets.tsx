import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useAlerts, useAlertSettings, useConnections, useSession } from '../api/hooks'
import { Button } from '../ui/Button'
import { Problem, Skeleton } from '../ui/states'
import { Select } from '../ui/Select'
import { toast } from '../ui/Toast'
import { useLang } from '../words'
import { fill } from '../words/phrase'
import { Targets, TryTargets } from '../fields/Targets'
import { Part } from './Part'
import { useWords } from './words'

/** AlertTargets says who is told when something is wrong. */
export function AlertTargets() {
  const t = useWords()
  const { data, error } = useAlertSettings()
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
  const own = useSession().data?.name ?? ''
  const queries = useQueryClient()
  const connections = useConnections()
  const mails = connections.data?.items.filter((c) => c.kind === 'smtp') ?? []
  const [to, setTo] = useState(kept.to)
  const [chosen, setSMTP] = useState(kept.smtp || undefined)
  const smtp = chosen ?? (mails.length === 1 ? mails[0]?.name : undefined) ?? ''
  const [speaks, setSpeaks] = useState<'en' | 'pt-BR'>(kept.lang ?? lang)
  const save = useMutation({
    mutationFn: () => take(api.PUT('/alerts/settings', { body: { to, smtp, lang: speaks } })),
    onSuccess: (next) => { queries.setQueryData(['alert-settings'], next); toast(t.done) },
  })
  const same = JSON.stringify([to, to.length > 0 ? smtp : (chosen ?? ''), speaks]) === JSON.stringify([kept.to, kept.smtp ?? '', kept.lang ?? lang])
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="max-w-lg space-y-4">
      <Targets label={t.tellWho} help={t.tellWhoHelp} value={to} set={setTo} />
      {to.length === 0 && own.includes('@') && <Button size="small" onClick={() => setTo([own])}><Plus size={15} aria-hidden />{fill(t.tellMe, { email: own })}</Button>}
      <div><p className="mb-1 font-medium">{t.tellBy}</p><Select label={t.tellBy} value={smtp} set={setSMTP} placeholder={t.noneChosen} options={[{ value: '', label: t.noneChosen }, ...mails.map((c) => ({ value: c.name, label: c.name }))]} />
        {connections.isSuccess && mails.length === 0 && <p className="mt-1 text-meta text-text-3">{t.noMail} <Link href="/connections" className="text-accent underline">{t.connectMail}</Link></p>}
      </div>
      <div><p className="mb-1 font-medium">{t.tellLang}</p><Select label={t.tellLang} value={speaks} set={(v) => setSpeaks(v as 'en' | 'pt-BR')} options={[{ value: 'en', label: 'English' }, { value: 'pt-BR', label: 'Português (Brasil)' }]} /></div>
      {save.error && <Problem error={save.error} />}
      <div className="flex flex-wrap items-start gap-2"><Button type="submit" look="primary" busy={save.isPending} disabled={same}>{t.save}</Button><TryTargets to={to} smtp={smtp} lang={speaks} /></div>
    </form>
  )
}
