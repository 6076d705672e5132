import { makeWords } from '../words'
import { fill } from '../words/phrase'

const en = {
  approved: 'Approved through its link',
  approvedBy: 'Approved by {who}',
  rejected: 'Rejected through its link',
  rejectedBy: 'Rejected by {who}',
  expired: 'Nobody answered in time',
}

const pt: typeof en = {
  approved: 'Aprovado pelo link',
  approvedBy: 'Aprovado por {who}',
  rejected: 'Rejeitado pelo link',
  rejectedBy: 'Rejeitado por {who}',
  expired: 'Ninguém respondeu a tempo',
}

const useAnswerWords = makeWords(en, pt)

type Answered = { approval?: 'approved' | 'rejected' | 'expired'; answered_by?: string }

/** useAnswer says how an approval was answered and by whom; nothing where none was. */
export function useAnswer() {
  const t = useAnswerWords()
  return ({ approval, answered_by: who }: Answered) => (!approval ? '' : who && approval !== 'expired' ? fill(t[`${approval}By`], { who }) : t[approval])
}
