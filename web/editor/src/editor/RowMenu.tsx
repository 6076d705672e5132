import { useRef } from 'react'
import { Floating } from './Floating'

export type MenuItem = { id: string; word: string; keys?: string; danger?: boolean; line?: boolean; icon?: React.ReactNode; run: () => void }

/** RowMenu lists what can be done, with the keys that do it too; far from its anchor, at the foot of a phone, it says of what. */
export function RowMenu({ anchor, label, of, items, close }: { anchor: HTMLElement; label: string; of?: string; items: MenuItem[]; close: () => void }) {
  const box = useRef<HTMLDivElement>(null)
  const leave = () => {
    close()
    if (anchor.isConnected) (anchor.closest<HTMLElement>('[data-row]') ?? anchor).focus({ preventScroll: true })
  }
  const keys = (e: React.KeyboardEvent) => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
    const at = all.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[e.key]
    const typed = e.key.length === 1 && !e.ctrlKey && !e.metaKey ? all.find((x, i) => i > at && x.textContent?.toLowerCase().startsWith(e.key.toLowerCase())) ?? all.find((x) => x.textContent?.toLowerCase().startsWith(e.key.toLowerCase())) : undefined
    if (e.key === 'Tab') leave()
    const next = to === undefined ? typed : all[to]
    if (!next) return
    e.preventDefault()
    next.focus()
  }
  return (
    <Floating anchor={anchor} width={256} label={label} close={leave}>
      {of && <p className="truncate border-b border-line px-4 py-3 font-semibold sm:hidden">{of}</p>}
      <div ref={box} role="menu" aria-label={label} onKeyDown={keys} className="overflow-y-auto p-1.5">
        {items.map((item, i) => (
          <div key={item.id} role="none" className={`${item.line ? 'mt-1.5 border-t border-line pt-1.5' : ''} ${item.danger ? 'max-sm:sticky max-sm:-bottom-1.5 max-sm:bg-surface max-sm:pb-1.5' : ''}`}>
            <button type="button" role="menuitem" tabIndex={-1} autoFocus={i === 0} onClick={() => { close(); item.run() }}
              className={`flex min-h-9 w-full items-center gap-2.5 rounded-lg px-2.5 text-left hover:bg-sunken focus-visible:bg-sunken pointer-coarse:min-h-11 ${item.danger ? 'text-fail' : ''}`}>
              {item.icon && <span aria-hidden className="text-text-2">{item.icon}</span>}
              <span className="flex-1">{item.word}</span>
              {item.keys && <kbd className="text-meta text-text-3">{item.keys}</kbd>}
            </button>
          </div>
        ))}
      </div>
    </Floating>
  )
}
