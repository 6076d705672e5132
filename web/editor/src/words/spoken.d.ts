// The catalogues of one language, as spoken.ts of the build cuts them.
declare module 'words:en' {
  export const words: Record<string, Record<string, string>>
}
declare module 'words:pt' {
  export const words: Record<string, Record<string, string>>
}
