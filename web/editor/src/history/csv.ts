/** A Column of a table, and how it is read from a row. */
export type Column<T> = { name: string; of: (row: T) => string | number | undefined | null }

/**
 * toCSV writes a table that spreadsheets open: with a mark for UTF-8, and with nothing that they
 * would take for a formula.
 */
export function toCSV<T>(columns: Column<T>[], rows: T[], separator: ',' | ';'): string {
  const cell = (value: string | number | undefined | null) => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '')
    return /["\r\n,;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  const lines = [columns.map((c) => cell(c.name)), ...rows.map((r) => columns.map((c) => cell(c.of(r))))]
  return `\ufeff${lines.map((l) => l.join(separator)).join('\r\n')}\r\n`
}
