import { useMemo } from 'react'

/** useBoth gives two catalogues as one. */
export const useBoth = <A extends object, B extends object>(all: A, own: B): A & B => useMemo(() => ({ ...all, ...own }), [all, own])
