import type { Schemas } from '../api/client'
import { remember } from '../ui/remember'
import { plainText } from '../words/format'

type Action = Schemas['ActionView']

/** small words say nothing of what is looked for, unless an action is called so; nor do numbers with their units. */
const small = new Set(('a o as os de do da em um uma que for e no na nos nas ao para pra por com sem meu minha eu me quero nao se foi ele ela outro outra '
  + 'the of to is if an in and on at by with from my i me want not it another other '
  + 'h hora horas min minuto minutos s seg segundo segundos dia dias semana semanas mes meses hour hours minute minutes second seconds day days week weeks month months').split(' '))
const isSmall = (word: string) => small.has(word) || /^(r\$|us\$|\$)?\d/.test(word)

const wordsOf = (text: string) => plainText(text).split(/[^\p{L}\d$]+/u).filter(Boolean)

/** akin are two forms of one word: mensagem and mensagens, charge and charges. */
function akin(a: string, b: string): boolean {
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  return same >= 5 && same >= Math.max(a.length, b.length) - 3
}

/** fit says how well an action fits what was typed, by its name, then by synonyms of both languages, and how many of the words that say something it lacks. */
function fit(action: Action, q: string): { score: number; lacks: number } {
  const title = plainText(`${action.title.en} ${action.title['pt-BR']}`)
  const rest = plainText([action.kind.replace(/[._]/g, ' '), action.summary.en, action.summary['pt-BR'], action.words.en, action.words['pt-BR']].join(' '))
  const names = [action.words.en, action.words['pt-BR'], action.title.en, action.title['pt-BR']].flatMap((text) => wordsOf(text))
  const one = (word: string) => {
    if (names.includes(word)) return isSmall(word) ? 5 - names.indexOf(word) / 100 : 5 // a word of its own says more than a part of one: se is no beginning of send; of small ones the first say most
    if (title.startsWith(word) || title.includes(` ${word}`)) return 4
    if (word.length < 3) return 0 // two letters are in everything
    if (title.includes(word)) return 3
    if (rest.includes(` ${word}`) || rest.startsWith(word) || names.some((name) => akin(name, word))) return 2
    return rest.includes(word) ? 1 : 0
  }
  const asked = wordsOf(q)
  const telling = asked.filter((w) => !isSmall(w))
  const called = asked.filter((w) => isSmall(w) && names.includes(w))
  const needed = telling.length > 0 || called.length > 0 ? telling : asked
  const hits = needed.map(one)
  const score = [...hits, ...called.map(one)].reduce((sum, n) => sum + n, 0)
  const lacks = hits.filter((n) => n === 0).length
  return { score: needed.length > 0 && lacks === needed.length ? 0 : score, lacks }
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

/** groupsOf lists the actions that fit: what one uses most, then all others by group; when something is typed, the best first in one list: those that all its words fit, or else any. */
export function groupsOf(actions: Action[], q: string, used: Record<string, number>): Group[] {
  const text = q.trim()
  if (text) {
    const all = actions.map((a) => ({ a, ...fit(a, text) })).filter(({ score }) => score > 0)
    const whole = all.filter(({ lacks }) => lacks === 0)
    const worth = ({ a, score, lacks }: (typeof all)[number]) => score - lacks * 10 + Math.min(used[a.kind] ?? 0, 9) / 10 - [...usual, a.kind].indexOf(a.kind) / 100
    const found = (whole.length > 0 ? whole : all).sort((x, y) => worth(y) - worth(x))
    return found.length ? [{ id: '', actions: found.map(({ a }) => a) }] : []
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
