/** ownZone is the time zone of this browser. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** The names of zones have no accents; these places do. */
const places: Record<string, string> = { Sao_Paulo: 'São Paulo', Cuiaba: 'Cuiabá', Belem: 'Belém', Maceio: 'Maceió', Araguaina: 'Araguaína', Santarem: 'Santarém', Eirunepe: 'Eirunepé', Asuncion: 'Assunção', Bogota: 'Bogotá' }

/** placeOf is what people call a time zone: America/Sao_Paulo is São Paulo. */
export function placeOf(zone: string): string {
  const name = zone.split('/').at(-1) ?? zone
  return places[name] ?? name.replaceAll('_', ' ')
}

/** offsetOf says how far a zone is from UTC now; nothing of one that does not exist. */
export function offsetOf(zone: string): string {
  try {
    const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(new Date()).find((p) => p.type === 'timeZoneName')?.value ?? ''
    return name === 'GMT' ? 'UTC' : name.replace('GMT', 'UTC').replace('-', '−')
  } catch {
    return ''
  }
}

/** atClock writes a wall clock that the server gave with its offset: this browser need not know its zone. */
export const atClock = (local: string, lang: string, form: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(lang, { ...form, timeZone: 'UTC' }).format(new Date(`${local.slice(0, 19)}Z`))

/** zoneOptions lists the time zones with how far they are from UTC now: what is chosen, one's own and Brazil's first. */
export function zoneOptions(chosen = ''): { value: string; label: string; hint: string; words: string }[] {
  const all = Intl.supportedValuesOf('timeZone')
  const brazil = ['America/Sao_Paulo', 'America/Manaus', 'America/Fortaleza', 'America/Cuiaba', 'America/Rio_Branco', 'America/Noronha']
  const first = [...new Set([chosen, ownZone(), ...brazil, 'UTC'])].filter(Boolean)
  return [...first, ...all.filter((z) => !first.includes(z))].map((value) => ({ value, label: placeOf(value), hint: offsetOf(value), words: value }))
}
