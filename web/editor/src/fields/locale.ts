/** parseNumber reads a number as people of a language write it: 1.199,90 or 1,199.90. */
export function parseNumber(text: string, lang: string): number | undefined {
  const plain = text.trim().replace(/\s/g, '')
  const { group, decimal } = separators(plain, lang)
  if (plain === '') return undefined
  const usual = plain.replaceAll(group, '').replace(decimal, '.')
  const read = /^-?\d+(\.\d+)?$/.test(usual) && wellGrouped(plain, group, decimal) ? usual : /^-?\d+(\.\d+)?$/.test(plain) ? plain : undefined
  return read === undefined ? NaN : Number(read)
}

/** wellGrouped refuses 19.9 in Portuguese as a hundred and ninety-nine. */
function wellGrouped(text: string, group: string, decimal: string): boolean {
  const [whole = '', ...rest] = text.split(decimal)
  const groups = whole.split(group)
  return rest.length < 2 && !rest.join('').includes(group) && groups.slice(1).every((g) => g.length === 3)
}

/** separators are those of the language; where both are written, the last one is that of the decimals, whatever the language. */
function separators(text: string, lang: string): { group: string; decimal: string } {
  const last = /[.,](?=[^.,]*$)/.exec(text)?.[0]
  if (last && text.includes('.') && text.includes(',')) return { decimal: last, group: last === '.' ? ',' : '.' }
  const found = new Intl.NumberFormat(lang).formatToParts(12345.6)
  return { group: found.find((p) => p.type === 'group')?.value ?? ',', decimal: found.find((p) => p.type === 'decimal')?.value ?? '.' }
}

export const formatNumber = (n: number, lang: string, decimals = 0) => new Intl.NumberFormat(lang, { minimumFractionDigits: decimals, maximumFractionDigits: 15, useGrouping: decimals > 0 || Math.abs(n) >= 10_000 }).format(n)

const units = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000], ['ms', 1]] as const

const spoken: Record<string, string> = { d: 'd', dia: 'd', dias: 'd', day: 'd', days: 'd', h: 'h', hora: 'h', horas: 'h', hour: 'h', hours: 'h', m: 'm', min: 'm', mins: 'm', minuto: 'm', minutos: 'm', minute: 'm', minutes: 'm',
  s: 's', seg: 's', segundo: 's', segundos: 's', sec: 's', second: 's', seconds: 's', ms: 'ms' }

/** parseDuration makes 2h30m of 2 h 30 min, and of 2h30; undefined where it cannot be read. */
export function parseDuration(text: string): string | undefined {
  const rest = text.trim().toLowerCase().replace(/(\d),(\d)/g, '$1.$2').replace(/\b(e|and)\b/g, ' ').replace(/(\dh|\d h| horas?| hours?)\s*(\d{1,2})$/, '$1 $2m')
  const pieces = [...rest.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)]
  if (pieces.length === 0 || rest.replace(/(\d+(?:\.\d+)?)\s*([a-z]+)/g, '').trim() !== '') return undefined
  let out = ''
  for (const [, amount, unit = ''] of pieces) {
    const known = spoken[unit]
    if (!known) return undefined
    out += `${amount}${known}`
  }
  return out
}

/** sayDuration writes 2h30m as 2 h 30 min. */
export function sayDuration(text: string): string {
  const pieces = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)]
  if (pieces.map((p) => p[0]).join('') !== text) return text
  return pieces.map(([, n, u]) => `${n} ${u === 'm' ? 'min' : u}`).join(' ')
}

/** millisOf is the length of a duration as documents write it. */
export function millisOf(text: string): number {
  let sum = 0
  for (const [, n, u] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) sum += Number(n) * (units.find(([name]) => name === u)?.[1] ?? 0)
  return sum
}

export function sayMillis(ms: number): string {
  const out: string[] = []
  let rest = ms
  for (const [unit, size] of units) {
    const n = Math.floor(rest / size)
    if (n > 0 && (unit !== 'ms' || out.length === 0)) out.push(`${n} ${unit === 'm' ? 'min' : unit}`)
    rest -= n * size
    if (out.length === 2) break
  }
  return out.join(' ') || '0 s'
}

const gsm = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/

/** smsParts is how many messages a text is sent as. */
export function smsParts(text: string): number {
  const [one, many] = gsm.test(text) ? [160, 153] : [70, 67]
  return text.length <= one ? 1 : Math.ceil(text.length / many)
}

/** phoneE164 is a number with its country, Brazil unless another is written. */
export function phoneE164(text: string): string | undefined {
  const digits = text.replace(/[^\d+]/g, '')
  if (/^\+\d{8,15}$/.test(digits)) return digits
  const local = digits.replace(/^0/, '')
  if (/^55\d{10,11}$/.test(local)) return `+${local}`
  return /^\d{10,11}$/.test(local) ? `+55${local}` : undefined
}

export function sayPhone(e164: string): string {
  const m = /^\+55(\d{2})(\d{4,5})(\d{4})$/.exec(e164)
  return m ? `+55 ${m[1]} ${m[2]}-${m[3]}` : e164
}
