import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The same pages over a scripted client, for tests/web-states. Never part of what is shipped. */
export default defineConfig({
  root: at('src/testing'),
  publicDir: at('public'),
  build: {
    outDir: at('../../build/web-testing'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  esbuild: { jsx: 'automatic', legalComments: 'none' },
});
