import { type RefObject, useEffect } from 'react'

/** useProblemFocus goes to the field that a problem is about, as soon as it is there: what few need is still on its way. */
export function useProblemFocus(body: RefObject<HTMLElement | null>, field: string | undefined) {
  useEffect(() => {
    if (!field) return
    const name = /^\/(?:with\/)?(branches\/\d+|[^/]*)/.exec(field)?.[1] ?? ''
    let tries = 180
    const go = () => {
      const place = body.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"], [data-field^="${CSS.escape(name)}/"]`)
      const create = name === 'connection' && place?.querySelector<HTMLElement>('[data-create]')
      if (create) return create.click() // a connection is missing: its form is what one comes for
      const own = place?.querySelector<HTMLElement>('.cm-content, input:not([type=radio]), textarea, select')
      if (!own && tries-- > 0) return void (timer = setTimeout(go, 16))
      place?.scrollIntoView({ block: 'center' })
      own?.focus()
      if (name === 'preset' && own?.getAttribute('aria-expanded') === 'false') own.click() // its list is what one comes for
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    go() // at once: who goes on typing writes into it
    return () => clearTimeout(timer)
  }, [body, field])
}
