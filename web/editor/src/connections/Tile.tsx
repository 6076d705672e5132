/** Tile is a service's mark: its first letters. */
export function Tile({ title }: { title: string }) {
  const letters = title.split(/[\s:(]+/).filter(Boolean).slice(0, 2).map((w) => w[0]?.toUpperCase()).join('')
  return <span aria-hidden className="grid size-9 shrink-0 place-items-center rounded-lg bg-accent-soft text-secondary font-semibold text-accent">{letters}</span>
}
