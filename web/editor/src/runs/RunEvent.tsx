import { Inbox, Pencil } from 'lucide-react'
import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { CopyShown, VeilEye } from '../data/VeilEye'
import { Panel } from '../editor/Panel'
import { JSONView, Status } from '../ui/basics'
import { buttonLook } from '../ui/Button'
import { Outgoing } from '../ui/Outgoing'
import { Attempts } from './Attempts'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { atTrigger, erased, mendAt, troubleOf } from './paths'
import { useWords } from './runWords'
import { Ticked } from '../ui/Ticked'

/** RunEvent is the event that the run began with, and what its sender was told. */
export function RunEvent({ run, may, close }: { run: Schemas['RunView']; may: boolean; close: () => void }) {
  const t = useWords()
  const { day } = useFormat()
  const trigger = run.trigger ?? {}
  const asked = (run.steps ?? []).filter((s) => s.path.startsWith('trigger.'))
  const some = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length > 0
  const failed = run.status === 'failed' && !erased(run) ? run.error : undefined
  const footer = (
    <div className="flex flex-wrap gap-2">
      {may && atTrigger(failed) && <Link href={`/flows/${run.flow}?event=${run.event}&run=${run.id}${mendAt(failed)}`} className={buttonLook('primary')}><Pencil size={15} strokeWidth={1.75} aria-hidden />{t.editTrigger}</Link>}
      <Link href={`/events?event=${run.event}`} className={buttonLook()}><Inbox size={16} strokeWidth={1.75} aria-hidden />{t.openEvent}</Link>
    </div>
  )
  return (
    <Panel title={t.event} actions={<VeilEye className="min-[900px]:hidden" />} close={close} footer={footer}>
      <div className="space-y-5 pt-1">
        {failed?.code === 'trigger' && <p className="rounded-lg bg-fail-soft px-3 py-2 break-words text-fail">{failed.message}</p>}
        {asked.map((s) => (
          <section key={s.path}>
            <h3 className="mb-1 flex min-h-8 flex-wrap items-center gap-2 font-medium">{t.resource}<Status of={s.status} /></h3>
            {s.error && <p className="mb-2 rounded-lg bg-fail-soft px-3 py-2 break-words text-fail"><Ticked text={troubleOf(s.error, s).said} /></p>}
            <Attempts s={s} />
          </section>
        ))}
        {erased(run) ? <p className="text-text-2">{run.erased_at ? fill(t.dataErasedOn, { when: day(run.erased_at) }) : t.dataErased}</p> : <Part title={t.body} value={trigger.body} />}
        {some(trigger.query) && <Part title={t.query} value={trigger.query} />}
        {some(trigger.headers) && <Part title={t.headers} value={trigger.headers} />}
        {run.answer && <Part title={t.answerSent} value={run.answer} />}
      </div>
    </Panel>
  )
}

/** Part is one value of a run; what was sent may be an e-mail to read. */
export function Part({ title, value, aside, sent = false }: { title: string; value: unknown; aside?: React.ReactNode; sent?: boolean }) {
  return (
    <section>
      <div className="mb-1 flex min-h-8 items-center gap-1"><h3 className="flex-1 font-medium">{title}</h3>{aside}<CopyShown value={value} /></div>
      {sent ? <Outgoing value={value} /> : <JSONView value={value} />}
    </section>
  )
}
