import { makeWords } from '../words'

const en = {
  title: 'Revisions',
  note: 'Note',
  current: 'in force',
  revisionsNone: 'Never published yet.',
  nameAndNote: 'Name and note',
  revisionMore_one: 'and {n} more change',
  revisionMore_other: 'and {n} more changes',
  fromRevision: 'Going back to r{n} changes the draft like this:',
  makeDraft: 'Restore this one',
  madeDraft: 'The draft is r{n} again. It acts once you publish; Undo brings the former draft back.',
  sameAsDraft: 'The same as the draft.',
}

const pt: typeof en = {
  title: 'Revisões',
  note: 'Nota',
  current: 'em vigor',
  revisionsNone: 'Ainda não publicado.',
  nameAndNote: 'Nome e nota',
  revisionMore_one: 'e mais {n} mudança',
  revisionMore_other: 'e mais {n} mudanças',
  fromRevision: 'Voltar à r{n} muda o rascunho assim:',
  makeDraft: 'Voltar a esta',
  madeDraft: 'O rascunho é de novo a r{n}. Vale quando você publicar; Desfazer traz de volta o anterior.',
  sameAsDraft: 'Igual ao rascunho.',
}

export const useWords = makeWords(en, pt)
