import { useQueryClient } from '@tanstack/react-query'
import { Activity, CirclePause, CirclePlay, Copy, Download, ExternalLink, Inbox, Link2, Power, Trash2 } from 'lucide-react'
import { useLocation } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { copyText } from '../ui/Copy'
import type { MenuItem, Popup } from '../ui/Menu'
import { MenuList } from '../ui/MenuList'
import { toast } from '../ui/Toast'
import { fill } from '../words/phrase'
import type { Life } from './FlowRow'
import { useWords } from './menuWords'
import { useRemove } from './useRemove'

type FlowMenuProps = { flow: Schemas['FlowItem']; role: string; open: number; life: (to: Life) => void }

/** FlowMenu is what can be done with a flow of the list; it comes when the menu is opened. */
export function FlowMenu({ flow, role, open, life, ...popup }: FlowMenuProps & Popup) {
  const t = useWords()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const name = flow.name || flow.id
  const id = flow.id
  const refresh = () => queries.invalidateQueries({ queryKey: ['flows'] })
  const duplicate = async () => {
    try {
      const { flow: doc } = await take(api.GET('/flows/{id}', { params: { path: { id } } }))
      const made = await take(api.POST('/flows', { body: { ...(doc as Record<string, unknown>), id: `${id.slice(0, 54)}-${Date.now().toString(36)}`, name: fill(t.copyOf, { name }) } }))
      await refresh()
      go(`/flows/${(made.flow as { id: string }).id}`)
    } catch (error) {
      toast((error as Error).message, 'fail')
    }
  }
  const remove = useRemove()
  const items: MenuItem[] = [
    { id: 'open', label: t.open, icon: ExternalLink, href: `/flows/${id}` },
    { id: 'runs', label: t.showRuns, icon: Activity, href: `/runs?flow=${id}` },
    { id: 'events', label: t.showEvents, icon: Inbox, href: `/events?flow=${id}` },
  ]
  if (flow.url) items.push({ id: 'copy', label: t.copyURL, icon: Link2, run: () => void copyText(flow.url ?? '').then(() => toast(t.copied)) })
  if (role !== 'viewer') {
    items.push('line')
    if (flow.state === 'on') items.push({ id: 'pause', label: t.pause, icon: CirclePause, run: () => life('pause') })
    if (flow.state === 'paused') items.push({ id: 'resume', label: t.resume, icon: CirclePlay, run: () => life('resume') }, { id: 'off', label: t.turnOff, icon: Power, run: () => life('off') })
    items.push({ id: 'duplicate', label: t.duplicate, icon: Copy, run: () => void duplicate() }, { id: 'export', label: t.export, icon: Download, run: () => download(`/api/v1/export?flow=${id}`) }, 'line',
      { id: 'delete', label: t.delete, icon: Trash2, danger: true, run: () => remove({ id, name, open, url: flow.url }) })
  }
  return <MenuList {...popup} items={items} />
}

function download(href: string) {
  const link = document.createElement('a')
  link.href = href
  link.download = ''
  link.click()
}
