import { api, type Schemas, take } from '../api/client'
import type { DeliveryStatus, HistoryQuery } from '../api/history'
import { Export } from '../history/Export'
import { useWords } from '../history/exportWords'
import { useStatusWord } from '../ui/Status'

/** EventExport writes the deliveries that the present query finds into a file. */
export function EventExport({ query, names }: { query: HistoryQuery<DeliveryStatus>; names: ReadonlyMap<string, string> }) {
  const t = useWords()
  const word = useStatusWord(true)
  return <Export<Schemas['EventView']> source={{
    name: 'gancho-events',
    page: (cursor, signal) => take(api.GET('/events', { params: { query: { ...query, limit: 200, cursor } }, signal })),
    columns: [
      { name: t.at, of: (e) => e.at }, { name: t.flow, of: (e) => names.get(e.flow) ?? e.flow }, { name: t.title, of: (e) => e.title }, { name: t.eventName, of: (e) => e.event }, { name: t.status, of: (e) => word(e.status) },
      { name: t.reason, of: (e) => e.reason }, { name: t.size, of: (e) => e.size }, { name: t.id, of: (e) => e.id }, { name: t.runID, of: (e) => e.run }, { name: t.replayOf, of: (e) => e.replay_of }, { name: t.flowID, of: (e) => e.flow },
    ],
  }} />
}
