import type { Schemas } from '../api/client'
import type { Flow } from '../flow'
import type { Labels } from '../tree/summary'

/** presetOf is the preset that a flow's trigger names. */
export const presetOf = (flow: Flow, presets: Schemas['PresetView'][]) => presets.find((p) => p.id === flow.trigger.with?.preset)

/** labelsOf gives the names that a preset has for the paths of its events. */
export function labelsOf(preset: Schemas['PresetView'] | undefined, say: (words: Schemas['Words']) => string): Labels {
  const described = preset?.describe ?? {}
  return (path) => {
    const pointer = path.replace(/^trigger/, '').replaceAll('?', '').replace(/\[["']?([^\]"']*)["']?\]/g, '.$1').replace(/\.\d+(?=\.|$)/g, '.*').replaceAll('.', '/')
    const words = described[pointer]
    return words && say(words)
  }
}
