import { Check, Copy, Mail } from 'lucide-react'
import type { Schemas } from '../api/client'
import { useAbout } from '../api/hooks'
import { Button, buttonLook } from '../ui/Button'
import { useCopied } from '../ui/Copy'
import { Dialog } from '../ui/Dialog'
import { isLocal } from '../ui/local'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { useWords } from './words'

export type Invited = Schemas['InviteOutputBody']

/** baseOf is how others reach the editor: as this browser does, or by the public address where that means this very machine. */
const baseOf = (publicURL: string | undefined) => (isLocal(location.href) && publicURL ? publicURL : location.origin)

/** InviteLink shows a link by which a person chooses a password, the one time that it is known. */
export function InviteLink({ invited, close }: { invited: Invited; close: () => void }) {
  const t = useWords()
  const { moment } = useFormat()
  const [copied, copy] = useCopied()
  const link = baseOf(useAbout().data?.public_url) + invited.path
  const name = invited.name || invited.email
  const fits = { name, link, until: invited.link_until ? moment(invited.link_until) : '' }
  const mail = `mailto:${encodeURIComponent(invited.email)}?subject=${encodeURIComponent(t.mailSubject)}&body=${encodeURIComponent(fill(invited.joined ? t.mailNewPassword : t.mailInvite, fits))}`
  return (
    <Dialog title={fill(invited.joined ? t.passwordLinkOf : t.inviteOf, fits)} help={fill(t.linkHelp, fits)} close={close} footer={
      <>
        <a href={mail} className={buttonLook()}><Mail size={16} aria-hidden />{t.writeMail}</a>
        <Button data-first look="primary" onClick={() => copy(link)}>{copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}<span aria-live="polite">{copied ? t.linkCopied : t.copyLink}</span></Button>
      </>
    }>
      <p className="rounded-lg bg-sunken px-3 py-2.5"><code className="text-meta break-all select-all">{link}</code></p>
      {isLocal(link) && <p className="mt-3 text-secondary text-warn">{t.linkLocal}</p>}
    </Dialog>
  )
}
