import { use, useEffect } from 'react'
import { FileQuestionMark } from 'lucide-react'
import { Link } from 'wouter'
import { buttonLook } from '../ui/Button'
import { Empty } from '../ui/states'
import { fill } from '../words/phrase'
import { KeepBar } from './Bar'
import { useWords } from './overWords'

/** Nothing stands where no screen is, or what it would show is not there: it says what is missing, and where to go on. */
export function Nothing({ flow, run }: { flow?: string; run?: string }) {
  const t = useWords()
  const keep = use(KeepBar)
  useEffect(() => {
    keep(true)
    return () => keep(false)
  }, [keep])
  const title = flow !== undefined ? t.noFlow : run !== undefined ? t.noRun : t.noPage
  useEffect(() => {
    document.title = `${title} · Gancho`
  }, [title])
  return (
    <main id="content" className="px-4">
      <Empty icon={<FileQuestionMark aria-hidden />} title={title} help={flow !== undefined ? fill(t.noFlowHelp, { id: flow }) : run !== undefined ? fill(t.noRunHelp, { id: run }) : t.noPageHelp}>
        {flow !== undefined && <Link href={`/runs?flow=${encodeURIComponent(flow)}`} className={buttonLook()}>{t.itsRuns}</Link>}
        {run !== undefined ? <Link href="/runs" className={buttonLook('primary')}>{t.toRuns}</Link> : <Link href="/" className={buttonLook('primary')}>{t.toFlows}</Link>}
      </Empty>
    </main>
  )
}
