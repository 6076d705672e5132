export type MapRow = { key: string; value: unknown }

/** rowsOf lists a map's members in order. */
export const rowsOf = (value: unknown): MapRow[] => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value).map(([key, v]) => ({ key, value: v })) : [])

const left = new WeakMap<object, MapRow[]>()

/** leftRows are the rows that a map was last made of, with those that have the name of another: no map holds them, and they are no less typed. */
export const leftRows = (value: unknown): MapRow[] => (typeof value === 'object' && value !== null && left.get(value)) || rowsOf(value)

/** isTaken says whether a row has the name of one above it. */
export const isTaken = (rows: MapRow[], i: number) => rows.slice(0, i).some((r) => r.key.trim() !== '' && r.key.trim() === rows[i]?.key.trim())

/** mapOf is what rows stand for: those without a name are not yet anything, and of one name the first counts. */
export function mapOf(rows: MapRow[]): Record<string, unknown> | undefined {
  const named = rows.filter((r, i) => r.key.trim() !== '' && !isTaken(rows, i))
  if (named.length === 0) return undefined
  const map = Object.fromEntries(named.map((r) => [r.key.trim(), r.value === undefined ? '' : r.value]))
  left.set(map, rows)
  return map
}

/** asList gives the rows of one name as one row, a list, at the place of the first; where a list repeats a name, what is one already goes on. */
export function asList<T extends MapRow>(rows: T[], name: string, repeats = false): T[] {
  const of = (r: T) => r.key.trim() === name.trim()
  const first = rows.findIndex(of)
  const values = rows.filter(of).map((r) => (r.value === undefined ? '' : r.value))
  const value = repeats ? values.flat() : values
  return rows.flatMap((r, i) => (!of(r) ? [r] : i === first ? [{ ...r, value }] : []))
}

/** pastedRows reads JSON, or lines such as a=b or a: b, as rows; undefined where it is neither. */
export function pastedRows(text: string): MapRow[] | undefined {
  const plain = text.trim()
  if (plain.startsWith('{')) {
    try {
      return rowsOf(JSON.parse(plain))
    } catch {
      return undefined
    }
  }
  const lines = plain.split(/\r?\n/).map((l) => l.trim()).filter(Boolean)
  const pairs = lines.map((l) => /^([\w.$@-]+)\s*(?:=|:\s)\s*(.*)$/.exec(l))
  if (lines.length < 2 && !/^[\w.$@-]+=/.test(plain)) return undefined
  return pairs.every((p) => p !== null) ? pairs.map((p) => ({ key: p[1] ?? '', value: (p[2] ?? '').replace(/^"(.*)"$/, '$1') })) : undefined
}

/** pastedList reads JSON, or lines, as elements; undefined where it is neither. */
export function pastedList(text: string): unknown[] | undefined {
  const plain = text.trim()
  if (plain.startsWith('[')) {
    try {
      const read: unknown = JSON.parse(plain)
      return Array.isArray(read) ? read : undefined
    } catch {
      return undefined
    }
  }
  const lines = plain.split(/\r?\n|;/).map((l) => l.trim()).filter(Boolean)
  return lines.length > 1 ? lines : undefined
}

export function moved<T>(list: T[], from: number, to: number): T[] {
  const out = [...list]
  const [one] = out.splice(from, 1)
  if (one !== undefined) out.splice(to, 0, one)
  return out
}
