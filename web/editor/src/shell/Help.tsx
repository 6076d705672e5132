import { useState } from 'react'
import { useAllCommands } from '../ui/commands'
import { lettersOn, setLetters } from '../ui/letters'
import { Dialog } from '../ui/Dialog'
import { Switch } from '../ui/Switch'
import { Keys } from './Palette'
import { useWords } from './overWords'

/** Help lists the keys of everything that can be done on the screen behind it. */
export function Help({ close }: { close: () => void }) {
  const t = useWords()
  const commands = useAllCommands().filter((c) => c.keys)
  const groups = [...new Set(commands.map((c) => c.group))]
  const [letters, set] = useState(lettersOn)
  return (
    <Dialog title={t.shortcuts} help={t.shortcutsHelp} size="wide" close={close}>
      {groups.map((g) => (
        <section key={g} aria-label={g} className="mb-5">
          <h3 className="mb-1 border-b border-line pb-1 font-semibold">{g}</h3>
          <ul className="gap-8 sm:columns-2">{commands.filter((c) => c.group === g).map((c) => <li key={c.id} className="flex break-inside-avoid items-center justify-between gap-3 py-1.5"><span className="min-w-0">{c.label}</span><Keys keys={c.keys ?? ''} /></li>)}</ul>
        </section>
      ))}
      <div className="mt-1 flex items-center gap-3 border-t border-line pt-4 pb-2"><Switch on={letters} label={t.letters} set={(on) => { setLetters(on); set(on) }} /><span>{t.letters}</span></div>
    </Dialog>
  )
}
