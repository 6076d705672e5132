import type { Ref } from 'react'
import type { Schemas } from '../api/client'

export type Mode = 'template' | 'expression' | 'json' | 'text'

export type Completion = { label: string; insert: string; kind: string; type?: string; title?: string; detail?: string; doc?: string; seen?: number; of?: number; example?: unknown }

type Completions = { from: number; to: number; items: Completion[] }

/** A chip stands for what a hole holds; nothing does for what is more than a value and how it is written. */
export type Chip = (source: string) => { label: string; tone: 'data' | 'rare' | 'unknown' } | undefined

/** OpenChip is a chip that a person wants to change: put writes another expression in its place, open writes it out, back puts the caret behind it. type writes there; who asked for the menu by the keyboard means its entries. */
export type OpenChip = { source: string; anchor: HTMLElement; put: (source: string | null) => void; open: () => void; back: () => void; type?: (text: string) => void }

export type Handle = { focus: () => void; /** insert puts a text in at the caret, or, whole, in the place of all */ insert: (text: string, whole?: boolean) => void; caret: () => number }

export type Fault = Pick<Schemas['ProblemView'], 'severity' | 'message' | 'hint' | 'from' | 'to'>

export type CodeProps = {
  ref?: Ref<Handle>
  value: string
  change: (value: string) => void
  mode: Mode
  lines: 'one' | 'many'
  labelledBy: string
  describedBy?: string
  placeholder?: string
  invalid?: boolean
  autoFocus?: boolean
  chip?: Chip
  /** format opens what a chip can be written as */
  format?: (chip: OpenChip | null) => void
  /** chipHint says how a chip is opened */
  chipHint?: string
  problems?: Fault[]
  complete?: (source: string, cursor: number, signal: AbortSignal) => Promise<Completions | null>
  /** data opens the data picker: for the keyboard by / at the begin of a word; beside what is typed by {{ */
  data?: (take: 'keys' | 'look') => void
  /** landing is how data that is put in is written, by the text before it */
  landing?: (text: string, before: string) => string
  focus?: () => void
  blur?: () => void
}
