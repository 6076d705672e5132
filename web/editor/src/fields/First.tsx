import { useEffect, useRef, useState } from 'react'
import { useDesk } from '../data/desk'
import { fill } from '../words/phrase'
import { useWords } from './firstWords'
import { read, write } from './formats'
import { repeated } from './repeated'
import { hole, holes, parts } from './template'

/** firsts are the values of a template that are taken from the first element of a list. */
const firsts = (template: string) => holes(template).flatMap((h) => {
  const written = read(h.text)
  const [, list, member] = /^([^[\]]+)\[0\]([^[\]]*)$/.exec(written?.path ?? '') ?? []
  return written && list && member !== undefined ? [{ ...h, written, list, member }] : []
})

type FirstProps = { /** what the field held when it was opened: that is not asked about */ began: string; value: string; set: (value: string) => void; text?: boolean }

/** First asks once, when a value inside a list was picked, which elements it is meant of. */
export function First({ began, value, set, text = false }: FirstProps) {
  const t = useWords()
  const desk = useDesk()
  const known = useRef<Set<string>>(undefined)
  known.current ??= new Set(firsts(began).map((f) => f.written.path))
  const [, settle] = useState(0)
  const found = firsts(value)
  const asked = found.find((f) => !known.current?.has(f.written.path))
  useEffect(() => {
    for (const path of known.current ?? []) if (!firsts(value).some((f) => f.written.path === path)) known.current?.delete(path)
  }, [value])
  if (!asked) return null
  const back = () => queueMicrotask(() => desk.target?.focus())
  const first = () => {
    known.current?.add(asked.written.path)
    settle((n) => n + 1)
    back()
  }
  const all = () => {
    const joined = text || parts(value).length > 1 || asked.written.piece !== undefined
    const path = asked.member === '' ? asked.list : `map(${asked.list}, #${asked.member})`
    set(value.slice(0, asked.from) + hole(write({ ...asked.written, path, format: joined ? 'join' : undefined })) + value.slice(asked.to))
    back()
  }
  const inLoop = desk.step && desk.edit && repeated(desk.flow, desk.step.id, asked.list)
  const choice = 'rounded-md border border-edge bg-surface px-2 py-1 font-medium text-text hover:bg-accent-soft max-[899px]:py-2'
  const name = desk.labelOf(asked.written.path)
  return (
    <div role="group" data-first aria-label={name} className="mt-2 rounded-lg bg-accent-soft p-2.5 text-xs">
      <p>{fill(t.inList, { list: desk.labelOf(asked.list) })}</p>
      <div className="mt-2 flex flex-wrap gap-1.5">
        <button type="button" className={choice} onClick={first}>{t.ofFirst}</button>
        <button type="button" className={choice} onClick={all}>{text || parts(value).length > 1 ? t.joined : t.listed}</button>
        {inLoop && <button type="button" className={choice} onClick={() => desk.edit?.((flow) => repeated(flow, desk.step?.id ?? '', asked.list) ?? flow)}>{t.repeat}</button>}
      </div>
    </div>
  )
}
