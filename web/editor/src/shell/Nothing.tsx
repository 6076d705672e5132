import { Link } from 'wouter'
import { buttonLook } from '../ui/Button'
import { Empty } from '../ui/states'
import { useWords } from './overWords'

/** Nothing stands where no screen is. */
export function Nothing() {
  const t = useWords()
  return <main id="content"><Empty title={t.noPage} help={t.noPageHelp}><Link href="/" className={buttonLook('primary')}>{t.toFlows}</Link></Empty></main>
}
