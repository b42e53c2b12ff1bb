import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The interface against a made-up core (src/dev), to look at screens without a server. Never part
// of the production bundle.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist-fake',
    target: 'es2022',
    cssTarget: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: 'fake.html' },
  },
  worker: { format: 'es' },
});
