/** offered are the kinds that will do, in the order in which they are wanted. */
export const offered = <K extends { kind: string }>(wanted: string[], kinds: K[]) => [...new Set(wanted.flatMap((w) => kinds.filter((k) => fitsKind([w], k.kind))))]

/** fitsKind says whether a connection of a kind will do where these are named; mercadopago:* is any of the provider. */
export const fitsKind = (wanted: string[], kind: string) => wanted.some((w) => w === kind || (w.endsWith(':*') && kind.startsWith(w.slice(0, -1))))
