import { defineConfig } from 'vite';

// `npm run dev`: the page with what is being changed, over the server of a running `pantheon up`. The server is shown the
// address of the page as its own, or it would refuse a page of another origin.
const target = process.env['PANTHEON_SERVER'] ?? 'http://localhost:3001';
const proxy = { target, changeOrigin: false };

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
  server: {
    proxy: {
      '/config.json': proxy,
      '/v1/': proxy,
      '/turn-token': proxy,
      '/socket.io/': { ...proxy, ws: true },
    },
  },
  esbuild: { jsx: 'automatic', legalComments: 'none' },
});
