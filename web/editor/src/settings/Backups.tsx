import { useMutation } from '@tanstack/react-query'
import { DatabaseBackup } from 'lucide-react'
import { api, take } from '../api/client'
import { Button } from '../ui/Button'
import { CopyField } from '../ui/Copy'
import { Problem } from '../ui/states'
import { Part } from './Part'
import { useWords } from './words'

export function Backups() {
  const t = useWords()
  const make = useMutation({ mutationFn: () => take(api.POST('/backup')) })
  return (
    <Part title={t.backups} help={t.backupHelp}>
      <Button look="primary" busy={make.isPending} onClick={() => make.mutate()}><DatabaseBackup size={16} aria-hidden />{t.backup}</Button>
      {make.error && <Problem error={make.error} />}
      {make.data && <div role="status" className="mt-4"><p className="mb-1">{t.backedUp}</p><CopyField text={make.data.path} /></div>}
      <p className="mt-5 mb-1 text-text-2">{t.restoreHelp}</p>
      <CopyField text={`gancho db restore ${make.data?.path ?? 'BACKUP'}`} />
    </Part>
  )
}
