import { lazy, Suspense, useEffect, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Link, Route, Switch, useLocation } from 'wouter'
import { Activity, Cable, Inbox, LogOut, Settings as Gear, Workflow } from 'lucide-react'
import { api, inLanguage, take } from './api/client'
import { useSession } from './api/hooks'
import { FlowList } from './flows/FlowList'
import { SetUp, SignIn } from './people/SignIn'
import { IconButton, Loading, Problem } from './ui/basics'
import { keep } from './ui/cookie'
import { firstLang, type Lang, LangContext, useWords } from './words'

const Editor = lazy(() => import('./editor/Editor').then((m) => ({ default: m.Editor })))
const RunList = lazy(() => import('./runs/RunList').then((m) => ({ default: m.RunList })))
const RunPage = lazy(() => import('./runs/RunPage').then((m) => ({ default: m.RunPage })))
const EventList = lazy(() => import('./events/EventList').then((m) => ({ default: m.EventList })))
const Connections = lazy(() => import('./connections/Connections').then((m) => ({ default: m.Connections })))
const Settings = lazy(() => import('./settings/Settings').then((m) => ({ default: m.Settings })))

export function App() {
  const [lang, setLang] = useState<Lang>(firstLang)
  const queries = useQueryClient()
  useEffect(() => {
    document.documentElement.lang = lang
  }, [lang])
  const choose = (next: Lang) => {
    inLanguage(next)
    keep('lang', next)
    setLang(next)
    void queries.invalidateQueries()
  }
  return (
    <LangContext value={{ lang, setLang: choose }}>
      <Door />
    </LangContext>
  )
}

/** Door lets in who is signed in. */
function Door() {
  const { data, error, refetch } = useSession()
  const [place] = useLocation()
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  if (data.role === '') return data.setup && place === '/setup' ? <SetUp /> : <SignIn setup={data.setup} />
  return <House role={data.role} name={data.name} />
}

/** ownBar are the screens that bring a bar of their own. */
const ownBar = /^\/(flows|runs)\/[^/]+/

function House({ role, name }: { role: string; name: string }) {
  const t = useWords()
  const [place] = useLocation()
  return (
    <div className="min-h-dvh">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:p-3">{t.skip}</a>
      {!ownBar.test(place) && <Bar role={role} name={name} />}
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/flows/:id">{({ id }) => <Editor key={id} id={id} />}</Route>
          <Route path="/runs"><RunList /></Route>
          <Route path="/runs/:id">{({ id }) => <RunPage id={id} />}</Route>
          <Route path="/events"><EventList /></Route>
          <Route path="/connections"><Connections /></Route>
          <Route path="/settings"><Settings role={role} /></Route>
          <Route><FlowList /></Route>
        </Switch>
      </Suspense>
    </div>
  )
}

const places = [['/', 'flows', Workflow], ['/runs', 'runs', Activity], ['/events', 'events', Inbox], ['/connections', 'connections', Cable], ['/settings', 'settings', Gear]] as const

function Bar({ role, name }: { role: string; name: string }) {
  const t = useWords()
  const [here] = useLocation()
  const queries = useQueryClient()
  const leave = async () => {
    await take(api.DELETE('/session'))
    await queries.resetQueries()
  }
  return (
    <header className="sticky top-0 z-20 flex h-13 items-center gap-1 border-b border-line bg-surface px-3 sm:px-4">
      <Link href="/" className="mr-2 flex items-center gap-2 font-semibold">
        <svg viewBox="0 0 24 24" className="size-6" fill="none" strokeWidth="4" strokeLinecap="round" aria-hidden><path d="M16 4v11a5 5 0 0 1-10 0" className="stroke-accent" /><circle cx="16" cy="4" r="2.4" className="fill-brand" /></svg>
        <span className="hidden sm:inline">Gancho</span>
      </Link>
      <nav aria-label="Gancho" className="flex flex-1 gap-0.5 overflow-x-auto">
        {places.filter(([path]) => path !== '/connections' || role !== 'viewer').map(([path, word, Icon]) => {
          const on = path === '/' ? here === '/' || here.startsWith('/flows') : here.startsWith(path)
          return (
            <Link key={path} href={path} aria-label={t[word]} aria-current={on ? 'page' : undefined} className={`flex h-9 items-center gap-2 rounded-lg px-2.5 font-medium ${on ? 'bg-accent-soft text-accent' : 'text-text-2 hover:bg-sunken'}`}>
              <Icon size={17} strokeWidth={1.75} aria-hidden /> <span className="hidden md:inline">{t[word]}</span>
            </Link>
          )
        })}
      </nav>
      <span className="hidden max-w-48 truncate text-xs text-text-3 lg:inline">{name}</span>
      <IconButton label={t.signOut} onClick={() => void leave()}><LogOut size={17} strokeWidth={1.75} aria-hidden /></IconButton>
    </header>
  )
}
