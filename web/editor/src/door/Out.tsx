import { late } from '../ui/soon'
import { SignIn } from './SignIn'

const SetUp = late(() => import('./SetUp').then((m) => m.SetUp))
const Invite = late(() => import('./Invite').then((m) => m.Invite))

/** Out is the house from outside: for who is not signed in, or comes by a link. */
export function Out({ setup, place }: { setup: boolean; place: string }) {
  if (place === '/invite') return <Invite />
  return setup && place === '/setup' ? <SetUp /> : <SignIn setup={setup} />
}
