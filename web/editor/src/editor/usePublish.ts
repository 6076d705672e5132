import { api, Refused, type Schemas, take } from '../api/client'
import { leftUnsent } from '../conditions/sending'
import { find } from '../flow'
import { useStepName } from '../tree/useStepName'
import { makeWords, useWords as useShared } from '../words'
import { fill } from '../words/phrase'
import type { Held } from './keptRows'
import type { Open } from './open'
import type { DraftHook } from './useDraft'

const useWords = makeWords({
  changed: 'Somebody saved changes meanwhile. See what changes now, then publish.',
  unsaved: 'Your last change is not saved yet, so nothing was published. Try again in a moment.',
  condition: 'The condition of “{step}” is not saved yet, so nothing was published. It is open now: publish again once it is saved.',
}, {
  changed: 'Alguém salvou mudanças nesse meio tempo. Veja o que muda agora e então publique.',
  unsaved: 'Sua última mudança ainda não foi salva, então nada foi publicado. Tente de novo em instantes.',
  condition: 'A condição de “{step}” ainda não foi salva, então nada foi publicado. Ela está aberta agora: publique de novo quando estiver salva.',
})

/** usePublish puts the draft in force that is on the screen, and no other: what somebody else saved meanwhile is shown first. It gives nothing where nothing is to be published. A condition that the draft lacks is opened, for there it is sent, or told why not. */
export function usePublish({ draft }: DraftHook, open: (place: Open, why: string) => void) {
  const t = useWords()
  const { trigger } = useShared()
  const nameOf = useStepName()
  return async (body: Schemas['PublishInputBody']) => {
    const held = await leftUnsent(draft.read().flow)
    if (held) {
      const step = find(draft.read().flow, held.id)
      const detail = fill(t.condition, { step: step ? nameOf(step) : trigger })
      open(placeOf(held), detail)
      throw new Refused({ detail }, 412)
    }
    const { taken } = draft
    await draft.save()
    if (draft.taken !== taken) throw new Refused({ detail: t.changed }, 412)
    if (draft.unsaved) throw new Refused({ detail: t.unsaved }, 412)
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

const placeOf = ({ id, field }: Held): Open => (id === '' ? { what: 'trigger', field: `/${field}` } : { what: 'step', id, field: /^(when$|branches\/)/.test(field) ? `/${field}` : `/with/${field}`, at: Date.now() })
