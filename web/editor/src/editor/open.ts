/** Open says what stands beside the flow. */
export type Open =
  | { what: 'trigger'; field?: string; back?: 'publish' }
  | { what: 'step'; id: string; field?: string; tab?: string; at: number; /** what one came from, and returns to once a connection is there */ back?: 'publish' }
  | { what: 'test'; from?: string; until?: string }
  | { what: 'publish' | 'revisions' | 'settings' | 'tests' }
  | null
