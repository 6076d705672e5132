import { Facet } from '@codemirror/state'

// What CodeMirror's packages ask of @codemirror/language and @lezer/common (see vite.config.ts). Our fields have
// no grammar: the server alone understands what is typed, and colours.ts paints it. So there is no tree to ask.

const nothing = { name: '', parent: null, firstChild: null, type: { isTop: true } }

export const indentUnit = Facet.define<string, string>({ combine: (values) => values[0] ?? '  ' })
export const getIndentUnit = () => 2
export const indentString = (_: unknown, columns: number) => ' '.repeat(columns)
export const getIndentation = () => null
export const syntaxTree = () => ({ topNode: nothing, resolveInner: () => nothing, resolve: () => nothing })
export const matchBrackets = () => null
export const IndentContext = null
export const NodeProp = null
