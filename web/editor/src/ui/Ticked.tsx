import { friendly } from '../words/path'
import { speech } from '../words/speech'

const place = /^(trigger|steps|item|vars|loops|errors)(\??\.[A-Za-z_]\w*|\[[^\]]*\])+$/

/** told is what stands between code, as people write it: quotes that turn, and decimals of their language. */
const told = (text: string) => text.replace(/"([^"]*)"/g, '“$1”').replace(/(?<![\w.])(\d+)\.(\d+)(?![\w.])/g, speech.lang === 'pt-BR' ? '$1,$2' : '$&')

/** Ticked draws what stands between backticks as code, as errors and reasons quote names; data by what people call it. */
export function Ticked({ text }: { text: string }) {
  const parts = text.split('`')
  return parts.map((part, i) => {
    if (i % 2 === 0) return parts.length > 1 ? told(part) : part
    const bare = part.replace(/^(?:float|int|string|number_br|lower|upper|trim)\((.*)\)$/, '$1')
    return place.test(bare) ? <span key={i} title={part} className="font-medium">{friendly(bare)}</span> : <code key={i} className="text-meta">{part}</code>
  })
}
