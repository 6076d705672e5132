import type { Schemas } from '../api/client'

type Kind = Pick<Schemas['KindView'], 'title' | 'mark'>

/** markOf is the mark of a kind; a webhook's secret has that of its service. */
export const markOf = (kind: Kind | undefined, kinds: Kind[]) => kind && (kind.mark ?? kinds.find((k) => k.mark && kind.title.en.startsWith(k.title.en.split(': ')[0] ?? ''))?.mark)

/** Tile is a service's mark: its drawing or letters on its colour, else the first letters of its name. */
export function Tile({ title, mark }: { title: string; mark?: Schemas['Mark'] }) {
  const look = 'grid size-9 shrink-0 place-items-center rounded-lg text-secondary font-semibold'
  if (mark) {
    return (
      <span aria-hidden className={`${look} text-on-mark`} style={{ backgroundColor: mark.color }}>
        {mark.path ? <svg viewBox="0 0 24 24" width="20" height="20" fill="currentColor"><path d={mark.path} /></svg> : mark.text}
      </span>
    )
  }
  const letters = title.split(/[\s:(]+/).filter(Boolean).slice(0, 2).map((w) => w[0]?.toUpperCase()).join('')
  return <span aria-hidden className={`${look} bg-accent-soft text-accent`}>{letters}</span>
}
