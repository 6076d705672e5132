import { Component, type ReactNode, type RefObject } from 'react'
import { playRows, type Spots, takeRows } from './glide'

type Props = { box: RefObject<HTMLElement | null>; order: string; children: ReactNode }

/** Gliding lets steps that changed their place slide to the new one. It measures only when one did: where they stood, right before the page changes. */
export class Gliding extends Component<Props> {
  override getSnapshotBeforeUpdate(before: Props): Spots | null {
    const box = this.props.box.current
    return before.order !== this.props.order && box ? takeRows(box) : null
  }

  override componentDidUpdate(_: Props, __: unknown, spots: Spots | null) {
    const box = this.props.box.current
    if (spots && box) playRows(box, spots)
  }

  override render() {
    return this.props.children
  }
}
