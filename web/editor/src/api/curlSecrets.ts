import type { Schemas } from './client'

/** secretsIn finds in the command what the server leaves out of every answer, so that nobody has to paste it twice. */
export function secretsIn(command: string, { kind, fields }: Schemas['CurlConnectionView']): Record<string, string> {
  const name = (fields['name'] ?? '').replace(/[^\w-]/g, '\\$&')
  const first = (...patterns: RegExp[]) => patterns.map((p) => p.exec(command)).find((m) => m !== null)
  switch (kind) {
    case 'http_bearer': return given('token', first(/authorization:\s*bearer\s+([^'"\s]+)/i, /--oauth2-bearer[\s=]+['"]?([^'"\s]+)/))
    case 'http_header': return given('value', first(new RegExp(`${name}:[ \\t]*([^'"\\n]+)`, 'i')))
    case 'http_query': return given('value', first(new RegExp(`[?&'"\\s]${name}=([^&'"\\s]+)`)))
    case 'http_basic': {
      const user = first(/\s(?:-u|--user)[\s=]*['"]?([^:'"\s]+):([^'"\s]*)/)
      return { ...given('username', user), ...given('password', user && [user[0], user[2] ?? '']) }
    }
  }
  return {}
}

const given = (field: string, found: ArrayLike<string> | undefined) => (found?.[1] ? { [field]: found[1].trim() } : {})
