import { Suspense, useEffect, useState } from 'react'
import { type FetchQueryOptions, useQueryClient } from '@tanstack/react-query'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { inLanguage, inWords, onSessionEnd } from './api/client'
import { actionsQuery, flowQuery, presetsQuery, triggersQuery, useSession } from './api/hooks'
import { startLive } from './api/live'
import { FlowList } from './flows/FlowList'
import { Bar, KeepBar } from './shell/Bar'
import { Fault } from './shell/Fault'
import { placesOf } from './shell/places'
import { useFresh } from './shell/useFresh'
import { useWords } from './shell/words'
import { type Command, useCommandKeys, useCommands } from './ui/commands'
import { keep } from './ui/cookie'
import { late, soon, whenRested } from './ui/soon'
import { Loading, Outline, Problem } from './ui/states'
import { toast, Toasts } from './ui/Toast'
import { firstLang, type Lang, hear, LangContext, learn, useLang } from './words'

const Out = late(() => import('./door/Out').then((m) => m.Out))
const Editor = soon(editor)
const RunList = late(() => import('./runs/RunList').then((m) => m.RunList))
const RunPage = late(() => import('./runs/RunPage').then((m) => m.RunPage))
const EventList = late(() => import('./events/EventList').then((m) => m.EventList))
const Connections = late(() => import('./connections/Connections').then((m) => m.Connections))
const People = late(() => import('./people/People').then((m) => m.People))
const Settings = late(() => import('./settings/Settings').then((m) => m.Settings))
const Palette = soon(() => import('./shell/Palette').then((m) => m.Palette))
const Help = soon(() => import('./shell/Help').then((m) => m.Help))
const Updated = soon(() => import('./shell/Updated').then((m) => m.Updated))
const Nothing = late(() => import('./shell/Nothing').then((m) => m.Nothing))
const Leave = soon(() => import('./shell/Leave').then((m) => m.Leave))
const Tips = whenRested(() => import('./ui/Tips').then((m) => m.Tips), null)
const Again = soon(() => import('./shell/Again').then((m) => m.Again))

/** editor fetches the screen of a flow, its words beside it. */
function editor() {
  void hear().catch(() => undefined)
  return import('./editor/Editor').then((m) => m.Editor)
}

if (/^\/flows\/./.test(location.pathname)) void editor().catch(() => undefined) // while the server is asked who this is

export function App() {
  const [lang, setLang] = useState<Lang>(firstLang)
  const queries = useQueryClient()
  useEffect(() => {
    document.documentElement.lang = lang
  }, [lang])
  const choose = (next: Lang) => void learn(next).then(() => {
    inLanguage(next)
    keep('lang', next)
    setLang(next)
    void queries.invalidateQueries()
  }, (e: Error) => toast(e.message, 'fail'))
  return (
    <LangContext value={{ lang, setLang: choose }}>
      <Suspense fallback={<Loading />}><Door /></Suspense>
      <Toasts />
      <Tips />
    </LangContext>
  )
}

/** Door lets in who is signed in. */
function Door() {
  const t = useWords()
  useEffect(() => inWords(t), [t])
  const { data, error, refetch } = useSession()
  const [place] = useLocation()
  if (error && !data) return <main className="mx-auto max-w-md p-4"><Problem error={error} retry={() => void refetch()} /></main>
  if (!data) return <Loading />
  if (data.role === '' || place === '/invite') return <Out setup={data.setup} place={place} />
  return <House role={data.role} user={data.name} name={data.called ?? data.name} />
}

/** ownBar are the screens that bring a bar of their own. */
const ownBar = /^\/(flows|runs)\/[^/]+/

function House({ role, user, name }: { role: string; user: string; name: string }) {
  const t = useWords()
  const queries = useQueryClient()
  const [place] = useLocation()
  const [over, setOver] = useState<'palette' | 'help' | 'again' | 'leave' | null>(null)
  const fresh = useFresh()
  useEffect(() => startLive(queries, () => void queries.invalidateQueries()), [queries])
  useEffect(() => onSessionEnd(() => setOver('again')), [])
  const out = async () => {
    await queries.cancelQueries()
    await queries.refetchQueries({ queryKey: ['session'] }) // the door closes before anything else is asked for
    queries.removeQueries({ predicate: (q) => q.queryKey[0] !== 'session' })
  }
  const leave = () => setOver('leave')
  useShellCommands(role, setOver, over === null)
  const [kept, keepBar] = useState(false)
  const bar = kept || !ownBar.test(place)
  return (
    <div className={`min-h-dvh ${bar ? 'pb-16 sm:pb-0' : ''}`}>
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-surface focus:p-3">{t.skip}</a>
      {bar && <Bar role={role} name={name} leave={leave} />}
      {!fresh && <Suspense fallback={null}><Updated /></Suspense>}
      <Fault place={place}><Suspense fallback={bar ? <Loading /> : <Outline />}><KeepBar value={keepBar}><Screens role={role} /></KeepBar></Suspense></Fault>
      <Suspense fallback={null}>
        {over === 'palette' && <Palette close={() => setOver(null)} leave={leave} />}
        {over === 'help' && <Help close={() => setOver(null)} />}
        {over === 'leave' && <Leave user={user} out={out} close={() => setOver(null)} />}
        {over === 'again' && <Again done={() => setOver(null)} leave={() => { setOver(null); void out() }} />}
      </Suspense>
    </div>
  )
}

function Screens({ role }: { role: string }) {
  return (
    <Switch>
      <Route path="/"><FlowList role={role} /></Route>
      <Route path="/flows"><Redirect to="/" replace /></Route>
      <Route path="/flows/:id">{({ id }) => <FlowScreen key={id} id={id} />}</Route>
      <Route path="/runs"><RunList role={role} /></Route>
      <Route path="/runs/:id">{({ id }) => <RunPage id={id} />}</Route>
      <Route path="/events"><EventList role={role} /></Route>
      <Route path="/connections"><Connections /></Route>
      <Route path="/people"><People /></Route>
      <Route path="/settings/:part?">{({ part }) => <Settings role={role} part={part ?? ''} />}</Route>
      <Route path="/setup"><FlowList role={role} /></Route>
      <Route><Nothing /></Route>
    </Switch>
  )
}

/** FlowScreen asks for the flow and the catalogue while the scripts of the editor are on their way. */
function FlowScreen({ id }: { id: string }) {
  const queries = useQueryClient()
  useState(() => [flowQuery(id), actionsQuery, triggersQuery, presetsQuery].forEach((query) => void queries.prefetchQuery(query as FetchQueryOptions)))
  return <Editor id={id} />
}

/** searchOf goes to the search of the screen, or to the one over everything where it has none. */
function searchOf(show: (what: 'palette') => void) {
  const own = document.querySelector<HTMLInputElement>('main input[type=search]')
  if (own) own.focus()
  else show('palette')
}

function useShellCommands(role: string, show: (what: 'palette' | 'help') => void, keys: boolean) {
  const t = useWords()
  const { lang, setLang } = useLang()
  const [, go] = useLocation()
  useCommandKeys(keys)
  const goes: Command[] = placesOf(role).map((p) => ({ id: `go ${p.word}`, group: t.go, label: t[p.word], keys: p.keys, run: () => go(p.path) }))
  useCommands([
    ...goes,
    { id: 'palette', group: t.general, label: t.palette, keys: 'mod+k', inText: true, hidden: true, run: () => show('palette') },
    { id: 'help', group: t.general, label: t.shortcuts, keys: '?', run: () => show('help') },
    { id: 'search', group: t.general, label: t.search, keys: '/', hidden: true, run: () => searchOf(show) },
    { id: 'language', group: t.general, label: lang === 'en' ? 'Português (Brasil)' : 'English', words: t.language, run: () => setLang(lang === 'en' ? 'pt-BR' : 'en') },
  ])
}
