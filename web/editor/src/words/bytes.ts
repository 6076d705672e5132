import { useLang } from '.'

const sizes = [['megabyte', 1_000_000], ['kilobyte', 1000], ['byte', 1]] as const

/** useBytes says sizes in the unit that fits; nothing of nothing. */
export function useBytes() {
  const { lang } = useLang()
  return (n: number) => {
    if (n === 0) return ''
    const [unit, size] = sizes.find(([, size]) => n >= size) ?? sizes[2]
    return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits: 1 }).format(n / size)
  }
}
