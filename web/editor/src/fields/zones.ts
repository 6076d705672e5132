/** zoneOptions lists the time zones with how far they are from UTC now, one's own and Brazil's first. */
export function zoneOptions(): { value: string; label: string; hint: string; words: string }[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const all = Intl.supportedValuesOf('timeZone')
  const first = [...new Set([own, 'America/Sao_Paulo', 'America/Manaus', 'America/Fortaleza', 'America/Cuiaba', 'America/Rio_Branco', 'America/Noronha', 'UTC'])].filter((z) => z === 'UTC' || all.includes(z))
  return [...first, ...all.filter((z) => !first.includes(z))].map((value) => ({ value, label: value.replaceAll('_', ' '), hint: offsetOf(value), words: value }))
}

function offsetOf(zone: string): string {
  const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(new Date()).find((p) => p.type === 'timeZoneName')?.value ?? ''
  return name === 'GMT' ? 'UTC' : name.replace('GMT', 'UTC').replace('-', '−')
}
