import type { Schemas } from './client'

/**
 * secretsIn finds in the command what the server leaves out of every answer, so that nobody has to paste it twice.
 * What a shell may read otherwise is left for the person to type.
 */
export function secretsIn(command: string, { kind, fields }: Schemas['CurlConnectionView']): Record<string, string> {
  const name = (fields['name'] ?? '').replace(/[^\w-]/g, '\\$&')
  const first = (patterns: RegExp[]) => patterns.map((p) => p.exec(command)).find((m) => m !== null)
  switch (kind) {
    case 'http_bearer': return given('token', first([...written('-H|--header', 'authorization:\\s*bearer\\s+'), ...written('--oauth2-bearer', '')]))
    case 'http_header': return given('value', first(written('-H|--header', `${name}:[ \\t]*`)))
    case 'http_query': return given('value', decoded(first([new RegExp(`[?&]${name}=([^&'"\\s#]+)`)])))
    case 'http_basic': {
      const user = first(written('-u|--user', '([^:\'"\\s]+):'))
      return { ...given('username', user), ...given('password', user && [user[0], user[2] ?? '']) }
    }
  }
  return {}
}

/** written are the ways to write what follows a flag, up to the quote that opened it. */
function written(flags: string, head: string): RegExp[] {
  return [`'${head}([^']*)'`, `"${head}([^"\\\\$\`]*)"`, `${head}([^\\s'"\\\\$\`]+)(?=\\s|$)`].map((value) => new RegExp(`(?:^|\\s)(?:${flags})[\\s=]*${value}`, 'i'))
}

function decoded(found: RegExpExecArray | undefined): string[] | undefined {
  try {
    return found?.map(decodeURIComponent)
  } catch {
    return undefined
  }
}

const given = (field: string, found: ArrayLike<string> | undefined) => (found?.[1] ? { [field]: found[1].trim() } : {})
