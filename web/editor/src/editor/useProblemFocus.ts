import { type RefObject, useEffect } from 'react'

/** useProblemFocus goes to the field that a problem is about. */
export function useProblemFocus(body: RefObject<HTMLElement | null>, field: string | undefined) {
  useEffect(() => {
    if (!field) return
    const name = field.split('/')[field.startsWith('/with/') ? 2 : 1] ?? ''
    const timer = setTimeout(() => {
      const place = body.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"], [data-field^="${CSS.escape(name)}/"]`)
      place?.scrollIntoView({ block: 'center' })
      place?.querySelector<HTMLElement>('.cm-content, input:not([type=radio]), textarea, select')?.focus()
    }, 60)
    return () => clearTimeout(timer)
  }, [body, field])
}
