import { createContext } from 'react'

/** KeepBar is told, by what stands in place of a screen with a bar of its own, whether the house's is wanted. */
export const KeepBar = createContext<(on: boolean) => void>(() => undefined)
