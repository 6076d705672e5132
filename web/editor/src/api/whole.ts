type Page<T> = { items: T[]; next: string | null }

/** whole reads a list to its end, page after page. */
export async function whole<T>(page: (at: { limit: number; cursor: string }) => Promise<Page<T>>): Promise<Page<T>> {
  const items: T[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const read: Page<T> = await page({ limit: 200, cursor })
    items.push(...read.items)
    cursor = read.next ?? undefined
  }
  return { items, next: null }
}
