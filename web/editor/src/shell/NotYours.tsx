import { Lock } from 'lucide-react'
import { Link } from 'wouter'
import { buttonLook } from '../ui/Button'
import { Empty } from '../ui/states'
import { useWords } from './overWords'

/** NotYours stands where a screen is that this person's role does not show. */
export function NotYours({ admins = false }: { admins?: boolean }) {
  const t = useWords()
  return <main id="content" className="px-4"><Empty icon={<Lock aria-hidden />} title={admins ? t.adminsOnly : t.notYours} help={admins ? t.adminsOnlyHelp : t.notYoursHelp}><Link href="/" className={buttonLook('primary')}>{t.toFlows}</Link></Empty></main>
}
