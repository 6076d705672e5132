/** marksIn are the headers and fields that a key is made of, as their sender calls them. */
export const marksIn = (key: string) => [...new Set([...key.matchAll(/headers\['([^']+)'\]|trigger\.body((?:\??\.\w+)+)/g)].map(([, header, path = '']) => header ?? path.split(/\??\./).filter(Boolean).join('.')))]
