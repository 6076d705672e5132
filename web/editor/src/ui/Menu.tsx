import { type ReactNode, Suspense, useId, useRef, useState } from 'react'
import { Ellipsis, type LucideIcon } from 'lucide-react'
import { IconButton } from './Button'
import { soon } from './soon'

export type MenuItem = { id: string; label: string; icon?: LucideIcon; hint?: string; danger?: boolean; disabled?: boolean; href?: string; run?: () => void } | 'line'

type TriggerProps = { ref: React.RefObject<HTMLButtonElement | null>; onClick: () => void; 'aria-haspopup': 'menu'; 'aria-expanded': boolean; 'aria-controls': string | undefined }

/** Popup is what an open list knows of the button that opened it. */
export type Popup = { anchor: React.RefObject<HTMLButtonElement | null>; id: string; label: string; closed: () => void }

type ButtonProps = { label: string; size?: 'small' | 'normal'; trigger?: (props: TriggerProps) => ReactNode; children: (popup: Popup) => ReactNode }

/** MenuButton opens what its children draw. */
export function MenuButton({ label, size, trigger, children }: ButtonProps) {
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  const id = useId()
  const props: TriggerProps = { ref: anchor, onClick: () => setOpen(!open), 'aria-haspopup': 'menu', 'aria-expanded': open, 'aria-controls': open ? id : undefined }
  return (
    <>
      {trigger ? trigger(props) : <IconButton label={label} size={size} {...props}><Ellipsis size={17} aria-hidden /></IconButton>}
      {open && <Suspense fallback={null}>{children({ anchor, id, label, closed: () => setOpen(false) })}</Suspense>}
    </>
  )
}

const MenuList = soon(() => import('./MenuList').then((m) => m.MenuList))

/** Menu is a button that opens a list of things to do. */
export function Menu({ items, ...rest }: { items: MenuItem[] } & Omit<ButtonProps, 'children'>) {
  return <MenuButton {...rest}>{(popup) => <MenuList {...popup} items={items} />}</MenuButton>
}
