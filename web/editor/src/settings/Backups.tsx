import { type FormEvent, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { DatabaseBackup, Download } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { whole } from '../api/whole'
import { Button, buttonLook } from '../ui/Button'
import { CopyField } from '../ui/Copy'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { Select } from '../ui/Select'
import { Problem, Skeleton } from '../ui/states'
import { toast } from '../ui/Toast'
import { useBytes } from '../words/bytes'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { Part } from './Part'
import { useWords } from './words'

/** Backups are the copies that are there, when more are made, and how to go back to one. */
export function Backups() {
  const t = useWords()
  const queries = useQueryClient()
  const list = useQuery({ queryKey: ['backups'], queryFn: () => whole((query) => take(api.GET('/backups', { params: { query } }))) })
  const settings = useQuery({ queryKey: ['backup-settings'], queryFn: () => take(api.GET('/backups/settings')) })
  const make = useMutation({
    mutationFn: () => take(api.POST('/backup')),
    onSuccess: (made) => { toast(fill(t.backedUp, { name: made.name })); return queries.invalidateQueries({ queryKey: ['backups'] }) },
  })
  const newest = list.data?.items[0]
  return (
    <>
      <Part title={t.backups} help={t.backupHelp}>
        <Button look="primary" busy={make.isPending} onClick={() => make.mutate()}><DatabaseBackup size={16} aria-hidden />{t.backup}</Button>
        {make.error && <Problem error={make.error} />}
        {list.error && <Problem error={list.error} retry={() => void list.refetch()} />}
        {list.isPending && <div className="mt-4"><Skeleton rows={2} /></div>}
        {list.data?.items.length === 0 && <p className="mt-4 text-text-2">{t.noBackups}</p>}
        <ul aria-label={t.backups} className="mt-4 divide-y divide-line border-t border-line empty:hidden">{list.data?.items.map((b) => <Row key={b.name} backup={b} />)}</ul>
      </Part>
      {!list.isPending && !settings.isPending && <>
      <Part title={t.backupPlan} help={t.backupPlanHelp}>
        {settings.error && <Problem error={settings.error} retry={() => void settings.refetch()} />}
        {settings.data && <Plan key={JSON.stringify(settings.data)} kept={settings.data} />}
      </Part>
      <Part title={t.restoreTitle} help={t.restoreHelp}><CopyField text={`gancho db restore ${newest?.path ?? 'BACKUP'} --data gancho-restored`} /></Part>
      </>}
    </>
  )
}

function Row({ backup: b }: { backup: Schemas['BackupView'] }) {
  const t = useWords()
  const { whole, ago } = useFormat()
  const bytes = useBytes()
  return (
    <li className="flex items-center gap-3 py-2.5">
      <div className="min-w-0 flex-1">
        <p><time dateTime={b.at} className="font-medium">{whole(b.at)}</time> <span className="text-secondary text-text-2">{ago(b.at)}</span></p>
        <p className="truncate text-secondary text-text-2" data-tip={b.path}>{bytes(b.size)} · {b.name}</p>
      </div>
      <a href={`/api/v1/backups/${encodeURIComponent(b.name)}`} download aria-label={fill(t.downloadIt, { name: b.name })} className={buttonLook('plain', 'small')}><Download size={15} aria-hidden /><span className="max-sm:sr-only">{t.download}</span></a>
    </li>
  )
}

function Plan({ kept }: { kept: Schemas['BackupSettings'] }) {
  const t = useWords()
  const plural = usePlural()
  const queries = useQueryClient()
  const [every, setEvery] = useState(kept.every)
  const [keep, setKeep] = useState(String(kept.keep || 7))
  const save = useMutation({
    mutationFn: () => take(api.PUT('/backups/settings', { body: { every, keep: Number(keep) } })),
    onSuccess: (next) => { queries.setQueryData(['backup-settings'], next); toast(t.done) },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  const usual = [['', t.never], ['6h', plural(t, 'everyHours', 6)], ['12h', plural(t, 'everyHours', 12)], ['24h', t.everyDay], ['168h', t.everyWeek]] as const
  const options = usual.some(([v]) => v === kept.every) ? usual : [...usual, [kept.every, kept.every] as const]
  return (
    <form onSubmit={submit} className="max-w-lg space-y-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <div><p className="mb-1 font-medium">{t.every}</p><Select label={t.every} value={every} set={setEvery} options={options.map(([value, label]) => ({ value, label }))} /></div>
        {every !== '' && <Field label={t.keepHow} help={t.keepHowHelp}><input type="number" min={1} max={1000} required className={inputLook} value={keep} onChange={(e) => setKeep(e.target.value)} /></Field>}
      </div>
      {save.error && <Problem error={save.error} />}
      <Button type="submit" busy={save.isPending} disabled={every === kept.every && Number(keep) === kept.keep}>{t.save}</Button>
    </form>
  )
}
