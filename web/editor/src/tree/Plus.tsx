import type { Gap } from '../flow'
import { useDesk } from './desk'
import { Cross } from './glyphs'

type PlusProps = { gap: Gap; label: string; small?: boolean; word?: string; className?: string }

/** Plus is a place on the thread that takes a step: by a click, or by dropping one there. Its word is drawn beside it, not part of the row's name. */
export function Plus({ gap, label, small = false, word, className = '' }: PlusProps) {
  const { hands } = useDesk()
  if (!hands) return null
  return (
    <button type="button" tabIndex={-1} aria-label={label} title={label} data-gap={JSON.stringify(gap)} onClick={(e) => { e.stopPropagation(); hands.add(gap, e.currentTarget) }}
      className={`plus group/plus z-[1] flex h-[24px] items-center gap-[8px] ${small ? 'left-[4px]' : 'left-[8px]'} ${className}`}>
      <span className="grid size-[24px] place-items-center"><span className="grid size-[20px] place-items-center rounded-full border border-edge bg-bg text-text-2 transition-[background-color,border-color,transform] group-hover/plus:border-accent group-hover/plus:bg-accent group-hover/plus:text-on-accent group-data-over/plus:scale-125 group-data-over/plus:border-accent group-data-over/plus:bg-accent group-data-over/plus:text-on-accent"><Cross size={13} aria-hidden /></span></span>
      {word && <span data-word={word} className="text-secondary text-text-2 group-hover/plus:text-text after:content-[attr(data-word)]" />}
    </button>
  )
}
