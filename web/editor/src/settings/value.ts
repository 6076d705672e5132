/** shownValue writes a value as it is typed: text bare, where it does not look like JSON. */
export function shownValue(value: unknown): string {
  return typeof value === 'string' && readValue(value) === value ? value : JSON.stringify(value)
}

/** readValue reads what was typed: JSON where it is that, else text. */
export function readValue(typed: string): unknown {
  try {
    return JSON.parse(typed) as unknown
  } catch {
    return typed
  }
}
