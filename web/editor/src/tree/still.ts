/** still gives the map of before where the new one says the same, and else as many of its values as it can: what draws one of them need not draw again. */
export function still<V>(before: ReadonlyMap<string, V>, now: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  const said = (v: unknown) => JSON.stringify(v)
  const kept = new Map([...now].map(([key, value]) => [key, said(before.get(key)) === said(value) ? before.get(key) as V : value]))
  return before.size === now.size && [...kept].every(([key, value]) => before.get(key) === value) ? before : kept
}
