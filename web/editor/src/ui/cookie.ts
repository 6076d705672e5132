/** keep writes a choice that the server reads before it writes the page; '' forgets it. */
export function keep(name: 'lang' | 'theme', value: string) {
  document.cookie = `${name}=${value}; path=/; max-age=${value ? 31_536_000 : 0}; samesite=lax`
}
