/** remember keeps a person's choice on this machine; null forgets it. Where there is no room for it, the choice lasts as long as the page. */
export function remember(key: string, value: string | null) {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // a choice that is not kept must not stop what is being done
  }
}
