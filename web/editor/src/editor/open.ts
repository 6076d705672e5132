/** Open says what stands beside the flow. */
export type Open =
  | { what: 'trigger'; field?: string }
  | { what: 'step'; id: string; field?: string; tab?: string; at: number }
  | { what: 'test'; from?: string; until?: string }
  | { what: 'publish' | 'revisions' | 'settings' | 'tests' }
  | null
