import { useEffect } from 'react'

const reachable = 'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable=true]'

/** focusables are what keys reach in a part of the page, and the rows of the tree. */
const focusables = (part: Element) => [...part.querySelectorAll<HTMLElement>(reachable)].filter((e) => !e.matches(':disabled') && (e.tabIndex >= 0 || e.dataset.row !== undefined) && e.checkVisibility())

/** heirOf is what takes the focus of what has gone: what came in its place, else what stood next to it. */
function heirOf(trail: Element[], before: HTMLElement[]): HTMLElement | undefined {
  const gone = before.indexOf(trail[0] as HTMLElement)
  const inTurn = [...before.slice(gone + 1), ...before.slice(0, Math.max(gone, 0)).reverse()]
  for (const around of trail.slice(1)) {
    if (!around.isConnected) continue
    const there = focusables(around)
    const heir = there.find((e) => !before.includes(e)) ?? inTurn.find((e) => there.includes(e)) ?? (around.matches('aside') ? around.querySelector<HTMLElement>('h2[tabindex]') : undefined)
    if (heir) return heir
  }
  return undefined
}

/** useKeptFocus gives the focus to what is near when what has it goes or is locked: keys and ears stay where they were. */
export function useKeptFocus() {
  useEffect(() => {
    let trail: Element[] = []
    let before: HTMLElement[] = []
    const note = ({ target }: FocusEvent) => {
      if (!(target instanceof Element)) return
      const region = target.closest('aside, dialog, [role=dialog], main, header:not(aside header)') // what stands in none, as a link to another screen, has no heir
      trail = [target]
      for (let e = target; region && e !== region && e.parentElement; e = e.parentElement) trail.push(e.parentElement)
      before = region ? [...region.querySelectorAll<HTMLElement>(reachable)] : [] // whether they can be reached is asked when one is needed
    }
    const lost = () => document.activeElement === document.body && trail[0] && (!trail[0].isConnected || trail[0].matches(':disabled'))
    const look = () => {
      if (lost()) requestAnimationFrame(() => { if (lost()) (heirOf(trail, before) ?? document.querySelector<HTMLElement>('[data-row][tabindex="0"]'))?.focus({ preventScroll: true }) })
    }
    const watch = new MutationObserver(look)
    watch.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] })
    addEventListener('focusin', note)
    return () => {
      watch.disconnect()
      removeEventListener('focusin', note)
    }
  }, [])
}
