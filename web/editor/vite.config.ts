import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { spoken } from './spoken.ts'

// Fixed file names: the server puts the hash of the whole bundle into their path.
const everywhere = /src\/ui\/icon|icons\/(loader-circle|chevron-down)\.|node_modules\/(react|react-dom|scheduler|wouter|regexparam|@tanstack\/(?!.*(mutationObserver|useMutation|queriesObserver|useQueries|[iI]nfiniteQuery(Observer)?\.js)))/
// Small things and pictures that many parts share: one file, not one for each. And what draws a flow, for its editor and its runs.
const shared = /lucide-react.*icons\/(braces|chevron-(left|right)|circle-(check|dashed)|code|corner-down-left|download|external-link|eye|eye-off|flask-conical|globe|info|key-round|list|list-checks|pencil|power|rotate-ccw-clock|send|square-function|trash|wrench|x)\.|(mutationObserver|useMutation)\.js|src\/(flow|words\/told|data\/(hide|switch)|ui\/(basics|Status|statusWords|Ticked)|fields\/locale|api\/curl|tree\/useStepName)\.tsx?$/
const ofTrees = /src\/(tree\/|data\/(desk|nodes|pinned|words)|fields\/(Combo|template|words)|api\/expression|editor\/(Panel|panelWords|words|presetLabels|Locked)\.)/
const catalogues = ['editor/words', 'editor/panelWords', 'tree/words', 'fields/words', 'data/words']
const own = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  base: './',
  plugins: [spoken(own('./src/'), catalogues), react(), tailwindcss()],
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
        codeSplitting: {
          groups: [
            { name: 'base', test: everywhere, priority: 6 },
            { name: 'start', tags: ['$initial'], priority: 5 },
            { name: 'words-en', test: /only=en$|words:en$/, priority: 4 },
            { name: 'words-pt', test: /only=pt$|words:pt$/, priority: 4 },
            { name: 'shared', test: shared, priority: 3 },
            { name: 'named', test: /src\/(words\/(names|path)|ui\/Ticked)|engine\/expression\/names/, priority: 5 },
            { name: 'looks', test: /src\/shell\/(OnlyLooks|looksWords)\./, priority: 3 },
            { name: 'tree', test: ofTrees, priority: 2 },
            { name: 'builder', test: /src\/editor\/Workbench\.tsx$/, priority: 1 },
            { name: 'conditions', test: /src\/conditions\//, priority: 0 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
