import { useDesk, valueAt } from '../data/desk'
import { Button } from '../ui/basics'
import { useLang } from '../words'
import { fill } from '../words/phrase'
import { write } from './formats'
import { amountOf, currencies, currencyOf } from './money'
import { hole, isPath, parts } from './template'
import { useWords } from './words'

/** Amounts offers to write a sum of money in a text as people write it; alone it is for a machine, or as it is. */
export function Amounts({ value, set }: { value: string; set: (value: unknown) => void }) {
  const t = useWords()
  const desk = useDesk()
  const { lang } = useLang()
  const found = parts(value).map((p) => ({ ...p, sum: p.hole && isPath(p.text) ? amountOf(valueAt(desk, p.text), p.text) : undefined })).find((p) => p.sum !== undefined)
  if (found?.sum === undefined) return null
  const format = currencyOf(desk.scope, found.text) ?? (lang === 'pt-BR' ? 'brl' : 'usd')
  const told = new Intl.NumberFormat(lang, { style: 'currency', currency: currencies[format] }).format(found.sum)
  return <Button look="quiet" className="-ml-2 h-7! px-2! text-xs" onClick={() => set(value.slice(0, found.from) + hole(write({ path: found.text, format })) + value.slice(found.to))}>{fill(t.writeAs, { name: desk.labelOf(found.text), value: told })}</Button>
}
