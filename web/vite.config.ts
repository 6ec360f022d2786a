import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { pack } from './build/pack';

const root = fileURLToPath(new URL('.', import.meta.url));
// The server whose API the development server passes requests on to.
const server = process.env['ALBUMEN_URL'] ?? 'http://127.0.0.1:5000';
const passOn = { target: server, changeOrigin: true, headers: { origin: server } };

export default defineConfig({
  plugins: [svelte(), pack(root)],
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // The server takes changes from its own pages alone: to it, this one is one of them.
  server: { proxy: { '/api': passOn, '/thumbnail': passOn } },
});
