import { makeWords } from '../words'

const en = {
  pause: 'Pause',
  resume: 'Resume',
  off: 'Switch off',
  turnOn: 'Switch on',
  saved: 'Draft saved',
  saving: 'Saving…',
  notSaved: 'Not saved',
  stale: 'Somebody else changed this flow. Reload to see their draft.',
  publish: 'Publish',
  publishAnyway: 'Publish anyway',
  upToDate: 'Published',
  whatChanges: 'What changes',
  nothingChanges: 'Nothing changed since the last publish.',
  addHere: 'Add a step here',
  searchActions: 'What should happen?',
  disabled: 'disabled',
  addBranch: 'Add a path',
  insideLoop: 'For each item',
  setup: 'Setup',
}

const pt: typeof en = {
  pause: 'Pausar',
  resume: 'Retomar',
  off: 'Desligar',
  turnOn: 'Ligar',
  saved: 'Rascunho salvo',
  saving: 'Salvando…',
  notSaved: 'Não salvo',
  stale: 'Outra pessoa mudou este fluxo. Recarregue para ver o rascunho dela.',
  publish: 'Publicar',
  publishAnyway: 'Publicar mesmo assim',
  upToDate: 'Publicado',
  whatChanges: 'O que muda',
  nothingChanges: 'Nada mudou desde a última publicação.',
  addHere: 'Adicionar um passo aqui',
  searchActions: 'O que deve acontecer?',
  disabled: 'desativado',
  addBranch: 'Adicionar um caminho',
  insideLoop: 'Para cada item',
  setup: 'Configurar',
}

export const useWords = makeWords(en, pt)
