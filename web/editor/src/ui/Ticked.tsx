import { createContext, useContext } from 'react'
import { friendly } from '../words/path'
import { speech } from '../words/speech'

const place = /^(?:(?:float|int|string|number_br|lower|upper|trim)\()?((?:trigger|steps|item|vars|loops|errors)(?:\??\.[A-Za-z_]\w*|\[[^\]]*\])+)\)?$/

/** told is what stands between code, as people write it: quotes that turn, and outside of them decimals of the language. */
const told = (text: string) => text.split(/"([^"]*)"/).map((part, i) => (i % 2 ? `“${part}”` : speech.lang === 'pt-BR' ? part.replace(/(?<![\w.])(\d+)\.(\d+)(?![\w.])/g, '$1,$2') : part)).join('')

/** LabelsContext is what the data of the flow is called where a text stands. */
export const LabelsContext = createContext<(path: string) => string | undefined>(friendly)

/** Ticked draws what stands between backticks as code, as errors and reasons quote names; data by what people call it. */
export function Ticked({ text }: { text: string }) {
  const labelOf = useContext(LabelsContext)
  const parts = text.split('`')
  return parts.map((part, i) => {
    if (i % 2 === 0) return parts.length > 1 ? told(part) : part
    const of = place.exec(part)?.[1]
    return of ? <b key={i} title={part} className="font-medium">{labelOf(of) ?? friendly(of)}</b> : <code key={i} className="text-meta">{part}</code>
  })
}
