import { useState } from 'react'
import { useAbout } from '../api/hooks'
import { Badge } from '../ui/Badge'
import { CopyField } from '../ui/Copy'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { Part } from './Part'
import { useWords } from './words'

/** NetworkPart shows what actions may reach, and the line that an operator adds. */
export function NetworkPart() {
  const t = useWords()
  const { data } = useAbout()
  const [more, setMore] = useState('')
  const allowed = data?.allow_net ?? []
  const nets = [...allowed, more.trim() || '10.0.0.0/8']
  return (
    <>
      <Part title={t.network} help={t.networkHelp}>
        <div className="max-w-lg space-y-4">
          <div><p className="mb-1 font-medium">{t.allowed}</p>{allowed.length === 0 ? <p className="text-text-2">{t.noneAllowed}</p> : <p className="flex flex-wrap gap-1">{allowed.map((n) => <Badge key={n}>{n}</Badge>)}</p>}</div>
          <Field label={t.addNet}><input className={inputLook} spellCheck={false} placeholder="10.0.0.0/8" value={more} onChange={(e) => setMore(e.target.value)} /></Field>
          <CopyField text={`gancho serve ${nets.map((n) => `--allow-net ${n}`).join(' ')}`} />
          <CopyField text={`GANCHO_ALLOW_NET=${nets.join(',')}`} />
        </div>
      </Part>
      <Part title={t.retention}><p className="text-pretty text-text-2">{t.retentionHelp}</p></Part>
    </>
  )
}
