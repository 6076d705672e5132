import { Choice } from '../ui/Choice'
import { useLook } from '../ui/useLook'
import { type Lang, useLang } from '../words'
import { Part } from './Part'
import { useWords } from './words'

export function Looks() {
  const t = useWords()
  const { lang, setLang } = useLang()
  const { theme, setTheme } = useLook()
  return (
    <Part title={t.looks} help={t.kept}>
      <div className="space-y-5">
        <Choice<Lang> label={t.language} value={lang} set={setLang} options={[{ value: 'en', label: 'English' }, { value: 'pt-BR', label: 'Português (Brasil)' }]} />
        <Choice label={t.theme} value={theme} set={setTheme} options={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: t[value] }))} />
      </div>
    </Part>
  )
}
