import { api, Refused, type Schemas, take } from '../api/client'
import { allSent } from '../conditions/sending'
import { makeWords } from '../words'
import type { DraftHook } from './useDraft'

const useWords = makeWords({
  changed: 'Somebody saved changes meanwhile. See what changes now, then publish.',
  unsaved: 'Your last change is not saved yet, so nothing was published. Try again in a moment.',
}, {
  changed: 'Alguém salvou mudanças nesse meio tempo. Veja o que muda agora e então publique.',
  unsaved: 'Sua última mudança ainda não foi salva, então nada foi publicado. Tente de novo em instantes.',
})

/** usePublish puts the draft in force that is on the screen, and no other: what somebody else saved meanwhile is shown first. It gives nothing where nothing is to be published. */
export function usePublish({ draft }: DraftHook) {
  const t = useWords()
  return async (body: Schemas['PublishInputBody']) => {
    const sent = await allSent(draft.read().flow)
    const { taken } = draft
    await draft.save()
    if (draft.taken !== taken) throw new Refused({ detail: t.changed }, 412)
    if (draft.unsaved || !sent) throw new Refused({ detail: t.unsaved }, 412)
    const { flow, view } = draft.read()
    if (!view.changed && view.state !== 'new' && view.state !== 'off') return undefined
    try {
      const next = await take(api.POST('/flows/{id}/publish', { params: { path: { id: flow.id }, header: { 'If-Match': String(view.draft_rev) } }, body }))
      draft.settle(next)
      return next
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 412) throw error
      draft.adopt(error.problem.current as Schemas['FlowView'])
      throw new Refused({ detail: t.changed }, 412)
    }
  }
}
