import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// Fixed file names: the server puts the hash of the whole bundle into their path.
const everywhere = /src\/ui\/icon|icons\/(loader-circle|chevron-down)\.|node_modules\/(react|react-dom|scheduler|wouter|regexparam|@tanstack\/(?!.*(mutationObserver|useMutation|queriesObserver|useQueries|[iI]nfiniteQuery(Observer)?\.js)))/
// Pictures that many parts of the editor share: one small file, not one for each.
const shared = /lucide-react.*icons\/(braces|chevron-right|circle-dashed|corner-down-left|download|external-link|eye|eye-off|flask-conical|globe|key-round|list|power|rotate-ccw-clock|send|square-function|trash|x)\./
const own = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  base: './',
  plugins: [react(), tailwindcss()],
  resolve: {
    // What is smaller by ourselves: what draws an icon, a shim that React has had for years, and grammars that no field has.
    alias: [
      { find: /^.*\/createLucideIcon\.mjs$/, replacement: own('./src/ui/icon.ts') },
      { find: /^use-sync-external-store\/shim(\/index\.js)?$/, replacement: 'react' },
      { find: /^@(codemirror\/language|lezer\/common)$/, replacement: own('./src/code/noGrammar.ts') },
    ],
    dedupe: ['@codemirror/state', '@codemirror/view'],
  },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        entryFileNames: 'assets/[name].js', chunkFileNames: 'assets/[name].js', assetFileNames: 'assets/[name][extname]',
        // What every screen needs is one file: it packs better than many.
        codeSplitting: { groups: [{ name: 'base', test: everywhere }, { name: 'icons', test: shared }] },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
