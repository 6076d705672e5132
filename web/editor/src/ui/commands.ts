import { useEffect, useRef, useSyncExternalStore } from 'react'
import { lettersOn } from './letters'

/**
 * A Command is something to do that has a name, and often keys: 'mod+k' (Ctrl, or Cmd on a Mac),
 * '?', or 'g f' for one after the other. Menus, palette and the sheet of shortcuts read the same list.
 * One that is only listed handles its keys itself.
 */
export type Command = { id: string; group: string; label: string; keys?: string; words?: string; run: () => void; inText?: boolean; listed?: boolean; hidden?: boolean }

let lists: readonly { current: Command[] }[] = []
let all: Command[] = []
const listeners = new Set<() => void>()

function told(next: readonly { current: Command[] }[]) {
  lists = next
  all = lists.flatMap((l) => l.current)
  for (const f of listeners) f()
}

/** useCommands offers commands for as long as the component is there. */
export function useCommands(commands: Command[]) {
  const own = useRef(commands)
  useEffect(() => {
    own.current = commands
  })
  const signature = commands.map((c) => c.id + c.label).join()
  useEffect(() => {
    told([...lists, own])
    return () => told(lists.filter((l) => l !== own))
  }, [signature])
}

function subscribe(f: () => void) {
  listeners.add(f)
  return () => listeners.delete(f)
}

export const useAllCommands = () => useSyncExternalStore(subscribe, () => all)

/** run does a command as it is now. */
export function runCommand(id: string) {
  lists.flatMap((l) => l.current).find((c) => c.id === id)?.run()
}

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent)
const names: Record<string, string> = { mod: mac ? '⌘' : 'Ctrl', shift: mac ? '⇧' : 'Shift', alt: mac ? '⌥' : 'Alt', up: '↑', down: '↓', left: '←', right: '→', enter: 'Enter', esc: 'Esc', del: 'Del', home: 'Home', end: 'End', space: 'Space' }

/** keyCaps are the caps to draw for keys; steps of a sequence are apart. */
export const keyCaps = (keys: string) => keys.split(' ').map((step) => step.split('+').map((k) => names[k.toLowerCase()] ?? (/^(.|f\d)$/.test(k) ? k.toUpperCase() : k)))

export const keyText = (keys: string) => keyCaps(keys).map((step) => step.join(mac ? '' : '+')).join(' ')

const inText = (e: KeyboardEvent) => e.target instanceof HTMLElement && e.target.closest('input, textarea, select, [contenteditable=true]') !== null

function pressed(e: KeyboardEvent): string {
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key.replace('Arrow', '').replace('Escape', 'Esc').replace('Delete', 'Del').toLowerCase()
  const shifted = e.shiftKey && (e.key.length > 1 || /[a-z]/i.test(e.key))
  return [mac ? e.metaKey && 'mod' : e.ctrlKey && 'mod', e.altKey && 'alt', shifted && 'shift', key].filter(Boolean).join('+')
}

/** useCommandKeys listens for the keys of all commands, unless something stands over the page; the app uses it once. */
export function useCommandKeys(on: boolean) {
  useEffect(() => {
    if (!on) return
    let before = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const down = (e: KeyboardEvent) => {
      if (e.defaultPrevented || e.isComposing || document.querySelector('dialog[open]')) return
      const key = pressed(e)
      const typing = inText(e)
      const mine = (c: Command) => !c.listed && (c.keys === key || c.keys === `${before} ${key}`) && (!typing || c.inText === true) && (c.keys.includes('mod') || lettersOn())
      const hit = lists.flatMap((l) => l.current).findLast(mine)
      before = typing ? '' : key
      clearTimeout(timer)
      timer = setTimeout(() => { before = '' }, 1200)
      if (!hit) return
      e.preventDefault()
      hit.run()
    }
    addEventListener('keydown', down)
    return () => {
      clearTimeout(timer)
      removeEventListener('keydown', down)
    }
  }, [on])
}
