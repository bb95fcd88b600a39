import { defineConfig } from 'vite';

export default defineConfig({
  // The page is served under a Content-Security-Policy without inline scripts and styles.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  esbuild: { jsx: 'automatic', legalComments: 'none' },
});
