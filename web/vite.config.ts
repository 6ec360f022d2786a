import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { basemap } from './build/basemap';
import { pack } from './build/pack';

const root = fileURLToPath(new URL('.', import.meta.url));
// The server whose API the development server passes requests on to.
const server = process.env['ALBUMEN_URL'] ?? 'http://127.0.0.1:5000';
const passOn = { target: server, changeOrigin: true, headers: { origin: server } };

export default defineConfig({
  plugins: [svelte(), basemap(), pack(root)],
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // The map's worker comes as a module of its own; servers know what `.js` is.
        assetFileNames: ({ names }) =>
          names[0]?.endsWith('.mjs') ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]',
      },
    },
    // The map is large, and fetched only by whoever opens it.
    chunkSizeWarningLimit: 1_200,
  },
  // The server takes changes from its own pages alone: to it, this one is one of them.
  server: { proxy: { '/api': passOn, '/thumbnail': passOn } },
});
