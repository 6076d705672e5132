/** isLocal says that an address leads to the very machine that it is opened on. */
export const isLocal = (url: string) => /^(localhost$|127\.|\[::1\]$)/.test(new URL(url).hostname)
