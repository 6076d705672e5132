import type { Lang } from '../words'
import { fill, pluralIn } from '../words/phrase'

const en = {
  resume: '{name} is on.',
  off: '{name} is off: its events are refused.',
  offOpen_one: '{n} run that has begun goes on.',
  offOpen_other: '{n} runs that have begun go on.',
  pause: '{name} is paused: events queue up.',
  pauseOpen_one: '{n} run that has begun goes on when you resume it.',
  pauseOpen_other: '{n} runs that have begun go on when you resume it.',
}

const pt: typeof en = {
  resume: '{name} está ligado.',
  off: '{name} está desligado: os eventos dele são recusados.',
  offOpen_one: '{n} execução já começada continua.',
  offOpen_other: '{n} execuções já começadas continuam.',
  pause: '{name} está pausado: os eventos ficam na fila.',
  pauseOpen_one: '{n} execução já começada continua quando você retomar.',
  pauseOpen_other: '{n} execuções já começadas continuam quando você retomar.',
}

/** toldOf says what a change of state makes of a flow's events, and of its runs that are open. */
export function toldOf(lang: Lang, to: 'pause' | 'resume' | 'off', name: string, open: number): string {
  const t = lang === 'en' ? en : pt
  const said = fill(t[to], { name })
  return open > 0 && to !== 'resume' ? `${said} ${pluralIn(lang)(t, to === 'off' ? 'offOpen' : 'pauseOpen', open)}` : said
}
