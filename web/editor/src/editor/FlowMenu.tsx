import { Activity, Braces, Copy, Download, FlaskConical, History, Inbox, List, Map as MapIcon, Pencil, Play, Redo2, RefreshCw, Settings2, Trash2 } from 'lucide-react'
import { useLocation } from 'wouter'
import { api, take } from '../api/client'
import { useRemove } from '../flows/useRemove'
import { copyText } from '../ui/Copy'
import type { MenuItem, Popup } from '../ui/Menu'
import { MenuList } from '../ui/MenuList'
import { saveFile } from '../ui/saveFile'
import { toast } from '../ui/Toast'
import { fill } from '../words/phrase'
import { type Command, commandOf, type Shown } from './commands'
import { flowJSON } from './export'
import { useLooks } from './Locked'
import type { DraftHook } from './useDraft'
import { useFlowStats } from './useFlowStats'
import { useLifeItems } from './useLife'
import { useWords } from './words'

type FlowMenuProps = Popup & { draft: DraftHook; toggle: (what: Shown) => void; map: boolean; setMap: (map: boolean) => void; run: (command: Command) => void; rotate: () => void }

/** FlowMenu is what can be done with the whole of a flow, as the menu of its bar. */
export function FlowMenu({ draft, toggle, map, setMap, run, rotate, ...popup }: FlowMenuProps) {
  const t = useWords()
  const life = useLifeItems(draft)
  const { flow } = draft
  const narrow = innerWidth < 760
  const [, go] = useLocation()
  const rename = () => setTimeout(() => document.querySelector<HTMLTextAreaElement>('#flow-name')?.select()) // when the menu has gone
  const duplicate = () => {
    const id = `${flow.id.slice(0, 54)}-${Date.now().toString(36)}`
    void take(api.POST('/flows', { body: { ...flow, id, name: fill(t.copyOf, { name: flow.name }) } })).then(() => go(`/flows/${id}`), (e: Error) => toast(e.message, 'fail'))
  }
  const remove = useRemove()
  const stats = useFlowStats(flow.id)
  const removes = () => {
    go('/')
    remove({ id: flow.id, name: flow.name || flow.id, open: (stats?.waiting ?? 0) + (stats?.pending ?? 0), url: draft.view.url, undone: () => go(`/flows/${flow.id}`) })
  }
  const looking: MenuItem[] = [
    { id: 'runs', label: t.runs, icon: Activity, href: `/runs?flow=${flow.id}` },
    { id: 'events', label: t.events, icon: Inbox, href: `/events?flow=${flow.id}` },
    'line',
    { id: 'copy-json', label: t.copyJSON, icon: Braces, run: () => void copyText(flowJSON(flow)).then(() => toast(t.copiedJSON)) },
    { id: 'export', label: t.exportJSON, icon: Download, run: () => saveFile(`${flow.id}.json`, 'application/json', flowJSON(flow)) },
  ]
  const items: MenuItem[] = [
    ...(narrow ? [
      { id: 'test', label: t.testFlow, icon: Play, run: () => toggle('test') },
      { id: 'redo', label: t.redo, icon: Redo2, disabled: !draft.view.can_redo, run: () => run(commandOf('redo')) },
      { id: 'map', label: map ? t.list : t.map, icon: map ? List : MapIcon, run: () => setMap(!map) },
      'line' as const,
    ] : []),
    ...looking.slice(0, 3),
    { id: 'revisions', label: t.revisions, icon: History, run: () => toggle('revisions') },
    { id: 'tests', label: t.tests, icon: FlaskConical, run: () => toggle('tests') },
    { id: 'settings', label: t.flowSettings, icon: Settings2, run: () => toggle('settings') },
    'line',
    { id: 'rename', label: t.rename, icon: Pencil, run: rename },
    { id: 'duplicate', label: t.duplicate, icon: Copy, run: duplicate },
    ...looking.slice(3),
    'line',
    ...(draft.view.url ? [{ id: 'rotate', label: t.rotateURL, icon: RefreshCw, run: rotate }] : []),
    ...life,
    'line',
    { id: 'delete', label: t.delete, icon: Trash2, danger: true, run: removes },
  ]
  return <MenuList {...popup} items={useLooks() ? looking : items} />
}
