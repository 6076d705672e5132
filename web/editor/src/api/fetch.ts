import type { Client } from 'openapi-fetch'

type Params = { path?: Record<string, unknown>; query?: Record<string, unknown>; header?: Record<string, string> }
type Init = Omit<RequestInit, 'body' | 'headers'> & { params?: Params; body?: unknown; parseAs?: 'json' | 'text' }
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Answer = { data?: unknown; error?: unknown; response: Response }

/** makeClient is what we use of openapi-fetch, by its types: JSON in and out, or text out where that is asked for. */
export function makeClient<Paths extends object>(base: string, headers: () => Record<string, string>): Pick<Client<Paths>, Method> {
  const call = (method: Method) => async (path: string, init: Init = {}): Promise<Answer> => {
    const { params, body, parseAs = 'json', ...rest } = init
    const asJSON: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const response = await fetch(base + address(path, params), { ...rest, method, headers: { ...headers(), ...asJSON, ...params?.header }, body: body === undefined ? undefined : JSON.stringify(body) })
    const text = response.status === 204 ? '' : await response.text()
    if (response.ok && (text === '' || parseAs === 'text')) return { data: text || undefined, response }
    const said = readJSON(text)
    return response.ok && said !== undefined ? { data: said, response } : { error: said ?? notOurs, response }
  }
  // The one place where the types of the document and the calls meet.
  return { GET: call('GET'), POST: call('POST'), PUT: call('PUT'), PATCH: call('PATCH'), DELETE: call('DELETE') } as unknown as Pick<Client<Paths>, Method>
}

/** notOurs stands for an answer that this server did not give: it speaks JSON. */
export const notOurs = Symbol('not ours')

/** readJSON gives undefined for what is no JSON: a proxy before the server has its own pages. */
export function readJSON(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function address(path: string, params: Params = {}): string {
  const full = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params.path?.[name] ?? '')))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params.query ?? {})) {
    if (value !== undefined && value !== null) query.append(name, String(value)) // a list has commas between
  }
  return query.size > 0 ? `${full}?${query}` : full
}
