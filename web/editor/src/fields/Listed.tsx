import { useLang } from '../words'
import { usePlural } from '../words/phrase'
import { brief, say } from './say'
import { useWords } from './words'

const names = ['title', 'name', 'titulo', 'nome', 'description', 'descricao', 'sku', 'code', 'codigo', 'email', 'number', 'numero', 'id']

/** nameIn is what tells one element of a list from the others: itself, or what it is called. */
function nameIn(element: unknown): unknown {
  if (typeof element !== 'object' || element === null) return element
  const members = element as Record<string, unknown>
  const found = names.map((n) => members[n]).find((v) => v !== undefined && v !== null && v !== '' && typeof v !== 'object')
  return found ?? brief(element)
}

/** Listed tells of a list how long it is, and what it begins with. */
export function Listed({ list }: { list: unknown[] }) {
  const t = useWords()
  const { lang } = useLang()
  const plural = usePlural()
  const first = list.slice(0, 3).map((v) => say(nameIn(v), lang, t.emptyValue)).join(', ')
  return [plural(t, 'items', list.length), first && `${first}${list.length > 3 ? '…' : ''}`].filter(Boolean).join(': ')
}
