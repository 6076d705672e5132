import type { ReactNode } from 'react'
import { LabelsContext } from '../ui/Ticked'
import { type Desk, DeskContext } from './desk'

/** OnDesk is where fields stand, and what they and the texts between them call the data. */
export const OnDesk = ({ desk, children }: { desk: Desk; children: ReactNode }) => <DeskContext value={desk}><LabelsContext value={desk.labelOf}>{children}</LabelsContext></DeskContext>
