import { api, type Schemas, take } from '../api/client'
import type { HistoryQuery, RunStatus } from '../api/history'
import { Export } from '../history/Export'
import { useWords } from '../history/exportWords'
import { useStatusWord } from '../ui/Status'

/** RunExport writes the runs that the present query finds into a file. */
export function RunExport({ query, names }: { query: HistoryQuery<RunStatus>; names: ReadonlyMap<string, string> }) {
  const t = useWords()
  const word = useStatusWord()
  return <Export<Schemas['RunView']> source={{
    name: 'gancho-runs',
    page: (cursor, signal) => take(api.GET('/runs', { params: { query: { ...query, limit: 200, cursor } }, signal })),
    columns: [
      { name: t.at, of: (r) => r.at }, { name: t.ended, of: (r) => r.ended }, { name: t.flow, of: (r) => names.get(r.flow) ?? r.flow }, { name: t.title, of: (r) => r.title }, { name: t.status, of: (r) => word(r.status) },
      { name: t.step, of: (r) => r.error?.step_name }, { name: t.message, of: (r) => r.error?.message }, { name: t.code, of: (r) => r.error?.code }, { name: t.reason, of: (r) => r.reason },
      { name: t.revision, of: (r) => r.revision }, { name: t.id, of: (r) => r.id }, { name: t.eventID, of: (r) => r.event }, { name: t.flowID, of: (r) => r.flow }, { name: t.replayOf, of: (r) => r.replay_of },
    ],
  }} />
}
