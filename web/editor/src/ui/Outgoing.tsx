import { Suspense } from 'react'
import { JSONView } from './Page'
import { soon } from './soon'

const Mail = soon(() => import('./Mail').then((m) => m.Mail))

/** Letter is an e-mail as it goes out. */
export type Letter = { from: string; to: string[]; cc?: string[]; bcc?: string[]; subject: string; text: string; html: string; attachments?: { name: string }[]; server?: string; message_id?: string }

/** isLetter knows an e-mail by its members. */
export const isLetter = (value: unknown): value is Letter => typeof value === 'object' && value !== null && 'subject' in value && 'text' in value && 'html' in value && 'to' in value && Array.isArray(value.to)

/** Outgoing shows what a step sends: an e-mail as it is read, all else as data. */
export function Outgoing({ value }: { value: unknown }) {
  const data = <JSONView value={value} />
  return isLetter(value) ? <Suspense fallback={data}><Mail letter={value} /></Suspense> : data
}
