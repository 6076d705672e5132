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
  of_name: 'Name',
  of_note: 'Note',
  of_description: 'Description',
  of_tags: 'Tags',
  of_when: 'Only when',
  of_connection: 'Connection',
  of_disabled: 'Switched off',
  of_trigger: 'Trigger',
  of_where: 'Condition',
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
  of_name: 'Nome',
  of_note: 'Nota',
  of_description: 'Descrição',
  of_tags: 'Etiquetas',
  of_when: 'Só quando',
  of_connection: 'Conexão',
  of_disabled: 'Desligado',
  of_trigger: 'Gatilho',
  of_where: 'Condição',
}

const useOwn = makeWords(en, pt)

/** useWords has what is said where two changed the same, beside the words of the builder. */
export const useWords = () => useBoth(useBuilderWords(), useOwn())
