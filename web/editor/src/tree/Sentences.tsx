import { eachOf } from '../fields/template'
import { sentence } from '../ui/states'
import { Parts } from './Sentence'
import { conditionParts, type Labels, type Part, templateParts } from './summary'
import { useWords } from './words'

const noLabels = () => undefined

/** exact leaves a chip to a bare path, and to that of each element of a list, as the picker writes it: of more than that, a chip would hide what changed. */
const exact = (p: Part): Part => ('chip' in p && /[^\w.?[\]"'-]/.test(p.source) && !eachOf(p.source.replace(/^join\((.*), ", "\)$/, '$1')) ? { code: p.source } : p)

/** apart puts the path beside a chip where another of the sentence is called the same. */
const apart = (p: Part, _: number, all: Part[]): Part => ('chip' in p && all.some((q) => 'chip' in q && q.chip === p.chip && q.source !== p.source) ? { ...p, chip: `${p.chip} (${p.source.replace(/^trigger\.(body\.)?/, '')})` } : p)

/** Sentences lists a difference in plain words, with chips for the data that it names. */
export function Sentences({ list, labels }: { list: string[]; labels?: Labels }) {
  return (
    <ul className="space-y-1.5 border-l-2 border-accent pl-3">
      {list.map((s, i) => <li key={i} className="break-words"><Sentence text={sentence(s)} labels={labels} /></li>)}
    </ul>
  )
}

/** Sentence shows the data and conditions of a difference as chips. */
export function Sentence({ text, labels = noLabels }: { text: string; labels?: Labels }) {
  const operators = useWords()
  return <Parts parts={text.split('`').flatMap((piece, i) => (i % 2 ? conditionParts(piece, labels, operators) : templateParts(piece, labels).map(exact))).map(apart)} />
}
