import { makeWords } from '../words'
import { useBoth } from '../words/both'
import { useWords as useBuilderWords } from './words'

const en = {
  undoAnyway: 'Undo it anyway',
  leaveIt: 'Leave it',
  clashTitle: 'The same thing was changed in two places',
  clashHelp: 'The other value is in the draft. Choose the one that should stay.',
  theirs: 'From elsewhere',
  useMine: 'Use this one',
  useTheirs: 'Keep this one',
  nothingThere: 'nothing',
}

const pt: typeof en = {
  undoAnyway: 'Desfazer mesmo assim',
  leaveIt: 'Deixar como está',
  clashTitle: 'A mesma coisa foi mudada em dois lugares',
  clashHelp: 'O outro valor está no rascunho. Escolha o que deve ficar.',
  theirs: 'Do outro lugar',
  useMine: 'Usar este',
  useTheirs: 'Manter este',
  nothingThere: 'nada',
}

const useOwn = makeWords(en, pt)

/** useWords has what is said where two changed the same, beside the words of the builder. */
export const useWords = () => useBoth(useBuilderWords(), useOwn())
