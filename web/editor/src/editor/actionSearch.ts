import type { Schemas } from '../api/client'
import { remember } from '../ui/remember'
import { plainText } from '../words/format'

type Action = Schemas['ActionView']

/** small words say nothing of what is looked for, unless an action is called so. */
const small = new Set(['a', 'o', 'as', 'os', 'de', 'do', 'da', 'em', 'um', 'uma', 'que', 'for', 'e', 'the', 'of', 'to', 'is', 'if', 'se', 'an', 'in', 'and'])

/** score says how well an action fits what was typed: by name, then by synonyms of both languages; 0 does not fit. */
export function score(action: Action, q: string): number {
  const title = plainText(`${action.title.en} ${action.title['pt-BR']}`)
  const rest = plainText([action.kind.replace(/[._]/g, ' '), action.summary.en, action.summary['pt-BR'], action.words.en, action.words['pt-BR']].join(' '))
  const words = plainText(`${action.words.en} ${action.words['pt-BR']}`).split(/\s+/)
  const names = [...words, ...plainText(`${action.title.en} ${action.title['pt-BR']}`).split(/\s+/)]
  let sum = 1
  const asked = plainText(q).split(/\s+/).filter(Boolean)
  const telling = asked.filter((w) => !small.has(w) || names.includes(w))
  for (const word of telling.length > 0 ? telling : asked) {
    if (names.includes(word)) sum += small.has(word) ? 5 - names.indexOf(word) / 100 : 5 // a word of its own says more than a part of one: se is no beginning of send; of small ones the first say most
    else if (title.startsWith(word) || title.includes(` ${word}`)) sum += 4
    else if (word.length < 3) return 0 // two letters are in everything
    else if (title.includes(word)) sum += 3
    else if (rest.includes(` ${word}`) || rest.startsWith(word)) sum += 2
    else if (rest.includes(word)) sum += 1
    else return 0
  }
  return sum
}

const usedKey = 'used-actions'

export function usedActions(): Record<string, number> {
  try {
    return Object(JSON.parse(localStorage.getItem(usedKey) ?? '{}')) as Record<string, number>
  } catch {
    return {}
  }
}

export function countUse(kind: string) {
  const used = usedActions()
  remember(usedKey, JSON.stringify({ ...used, [kind]: (used[kind] ?? 0) + 1 }))
}

export type Group = { id: string; actions: Action[] }

/** usual are what most flows are made of: they stand on top until a person has a list of their own, and before others that fit as well. */
const usual = ['email.send', 'http.request', 'filter', 'branch', 'set', 'loop']

/** groupsOf lists the actions that fit: what one uses most, then all others by group; when something is typed, the best first in one list. */
export function groupsOf(actions: Action[], q: string, used: Record<string, number>): Group[] {
  const text = q.trim()
  if (text) {
    const found = actions.map((a) => ({ a, n: score(a, text) + Math.min(used[a.kind] ?? 0, 9) / 10 - [...usual, a.kind].indexOf(a.kind) / 100 })).filter(({ a }) => score(a, text) > 0)
    return found.length ? [{ id: '', actions: found.sort((x, y) => y.n - x.n).map(({ a }) => a) }] : []
  }
  const often = actions.filter((a) => (used[a.kind] ?? 0) > 0).sort((x, y) => (used[y.kind] ?? 0) - (used[x.kind] ?? 0))
  for (const kind of usual) {
    const a = actions.find((x) => x.kind === kind)
    if (a && !often.includes(a)) often.push(a)
  }
  const top = often.slice(0, usual.length)
  const groups = new Map<string, Action[]>()
  for (const a of actions) if (!top.includes(a)) groups.set(a.group, [...(groups.get(a.group) ?? []), a])
  return [...(top.length ? [{ id: 'often', actions: top }] : []), ...[...groups].map(([id, list]) => ({ id, actions: list }))]
}
