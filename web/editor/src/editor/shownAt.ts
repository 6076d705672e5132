import type { Schemas } from '../api/client'

/** nameOf is the field that a way into a step leads to. */
export const nameOf = (way: string) => (way.split('/')[2] ?? '').replaceAll('~1', '/').replaceAll('~0', '~')

const elsewhere = /^\/(connection|when)(\/|$)|^\/(steps|catch)\/|^\/branches\/\d+\/(when|steps\/)/

/** shownAt says whether something of the form shows what is wrong there. */
export const shownAt = (way: string, action?: Schemas['ActionView']) => elsewhere.test(way) || (way.startsWith('/with/') && action?.fields.some((f) => f.id === nameOf(way) && (f.type !== 'group' || !f.fields || !way.split('/')[3] || f.fields.some((m) => m.id === way.split('/')[3]))) === true)
