import { Component, type ReactNode } from 'react'
import { RotateCw, TriangleAlert } from 'lucide-react'
import { Button } from '../ui/Button'
import { Empty } from '../ui/states'
import { useWords } from './words'

/** Fault catches what a screen throws. A part that is gone means that the program is newer than the page. */
export class Fault extends Component<{ children: ReactNode; place: string }, { error: Error | null; place: string }> {
  override state = { error: null as Error | null, place: this.props.place }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  static getDerivedStateFromProps(props: { place: string }, state: { place: string }) {
    return props.place === state.place ? null : { place: props.place, error: null }
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return <Sorry updated={/dynamically imported module|module script|preload/i.test(error.message)} />
  }
}

function Sorry({ updated }: { updated: boolean }) {
  const t = useWords()
  return (
    <main id="content">
      <Empty icon={updated ? <RotateCw aria-hidden /> : <TriangleAlert aria-hidden />} title={updated ? t.updated : t.broken} help={updated ? t.updatedHelp : t.brokenHelp}>
        <Button look="primary" onClick={() => location.reload()}>{t.reloadNow}</Button>
      </Empty>
    </main>
  )
}
