import { formatNumber } from '../fields/locale'
import { friendly } from '../fields/template'
import { useLang } from '../words'

const path = /^(?:(?:float|int|number_br|string|lower|trim)\()?((?:trigger|steps|errors|item|loops|vars)(?:\??\.\w+|\[[^\]]*\])+)\)?$/

type Labels = (path: string) => string | undefined

/** reasonIn is why a condition was false, with the names that people know for its data. */
export const reasonIn = (text: string, lang: string, labelOf: Labels = friendly) =>
  text.split('`').map((part, i) => ({ source: part, label: i % 2 ? named(part, labelOf) : undefined, text: i % 2 ? part : part.replace(/(^|[\s(])(-?\d+(?:\.\d+)?)(?=$|[\s,;)])/g, (_, before: string, n: string) => before + formatNumber(Number(n), lang)) }))

const named = (source: string, labelOf: Labels) => {
  const of = path.exec(source)?.[1]
  return of && (labelOf(of) ?? friendly(of))
}

/** Reason is such a sentence on the page; what has no name stays as it was written. */
export function Reason({ text, labelOf }: { text: string; labelOf?: Labels }) {
  const { lang } = useLang()
  return reasonIn(text, lang, labelOf).map((p, i) => (p.label ? <b key={i} title={p.source} className="font-medium">{p.label}</b> : i % 2 ? <code key={i} className="text-meta">{p.source}</code> : p.text))
}
