import { useCallback, useEffect, useState } from 'react'
import { api, Refused, take } from '../api/client'
import { draftKey } from '../editor/kept'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { atOnce, toast } from '../ui/Toast'
import { useWords as useShared } from '../words'
import { usePlural } from '../words/phrase'
import { useWords } from './overWords'

/** unsaved are the changes of a user that only this machine has. */
const unsaved = (user: string) => Object.keys(localStorage).filter((key) => key.startsWith(draftKey(user, '')))

/** signOut forgets nothing unless the server has ended the session, or says that there is none. */
async function signOut(user: string, out: () => Promise<void>) {
  await atOnce()
  await take(api.DELETE('/session')).catch((error: unknown) => {
    if (!(error instanceof Refused && error.status === 401)) throw error
  })
  dispatchEvent(new Event('left'))
  sessionStorage.setItem('left', '1')
  await out()
  for (const key of unsaved(user)) localStorage.removeItem(key)
}

/** Leave signs out, and asks first when changes would be lost by it. */
export function Leave({ user, out, close }: { user: string; out: () => Promise<void>; close: () => void }) {
  const t = { ...useShared(), ...useWords() }
  const plural = usePlural()
  const [lost] = useState(() => new Set(unsaved(user).map((key) => key.slice(draftKey(user, '').length).split(' ')[0])).size)
  const [busy, setBusy] = useState(lost === 0)
  const leave = useCallback(() => signOut(user, out).catch((error: Error) => toast(error.message, 'fail')).finally(close), [user, out, close])
  useEffect(() => {
    if (lost === 0) void leave()
  }, [])
  if (lost === 0) return null
  return (
    <Dialog title={plural(t, 'unsaved', lost)} help={t.unsavedHelp} size="small" close={close}
      footer={<><Button data-first onClick={close}>{t.cancel}</Button><Button look="danger" busy={busy} onClick={() => { setBusy(true); void leave() }}>{t.leaveAnyway}</Button></>} />
  )
}
