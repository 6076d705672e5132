import { useMemo } from 'react'
import type { Schemas } from '../api/client'
import { ofElement, saidOf, useWords as useDataWords } from '../data/words'
import { type Flow, walk } from '../flow'
import type { Labels } from '../tree/summary'
import { type TreeWords, useWords } from '../tree/words'
import { useSay } from '../words'

/** presetOf is the preset that a flow's trigger names. */
export const presetOf = (flow: Flow, presets: Schemas['PresetView'][]) => presets.find((p) => p.id === flow.trigger.with?.preset)

/** useLabels gives the names that paths have on the cards of a flow: of its waits, of the request, of its preset. */
export function useLabels(flow: Flow, preset: Schemas['PresetView'] | undefined): Labels {
  const say = useSay()
  const t = useWords()
  const data = useDataWords()
  const waits = JSON.stringify(waitsIn(flow))
  return useMemo(() => {
    const ofPreset = labelsOf(preset, say)
    const ofWait = waitLabels(JSON.parse(waits) as Waits, t)
    const named: Labels = (path) => ofWait(path) ?? ofPreset(path) ?? saidOf(path, data)
    return (path) => ofElement(path, data, named) ?? named(path)
  }, [preset, waits, t, data])
}

/** Waits says of each wait whether it asks for an approval. */
type Waits = Record<string, boolean>

function waitsIn(flow: Flow): Waits {
  const waits: Waits = {}
  walk(flow.steps, (s) => { if (s.action === 'wait') waits[s.id] = Boolean(s.with?.['approve']) })
  return waits
}

/** waitLabels names the answers of waits, as the fields to choose from do. */
function waitLabels(waits: Waits, t: TreeWords): Labels {
  return (path) => {
    const [, id = '', answer] = /^steps\.(\w+)\??\.(received|data\??\.approved)$/.exec(path) ?? []
    const asks = waits[id]
    if (asks === undefined) return undefined
    return answer === 'received' ? (asks ? t.answeredInTime : t.signalCame) : asks ? t.isApproved : undefined
  }
}

/** labelsOf gives the names that a preset has for the paths of its events. */
function labelsOf(preset: Schemas['PresetView'] | undefined, say: (words: Schemas['Words']) => string): Labels {
  const described = preset?.describe ?? {}
  return (path) => {
    const pointer = path.replace(/^trigger/, '').replaceAll('?', '').replace(/\[["']?([^\]"']*)["']?\]/g, '.$1').replace(/\.\d+(?=\.|$)/g, '.*').replaceAll('.', '/')
    const words = described[pointer]
    return words && say(words)
  }
}
