/** fitsKind says whether a connection of a kind will do where these are named; mercadopago:* is any of the provider. */
export const fitsKind = (wanted: string[], kind: string) => wanted.some((w) => w === kind || (w.endsWith(':*') && kind.startsWith(w.slice(0, -1))))
