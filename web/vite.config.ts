import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// One static bundle with hashed names, nothing inlined: the server's content security policy allows
// only files of its own origin.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2022',
    cssTarget: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
  },
  worker: { format: 'es' },
  // Nothing here is a test of speed: a busy machine may take its time.
  test: { include: ['src/**/*.test.ts'], environment: 'node', setupFiles: ['test_setup.mjs'], testTimeout: 60_000 },
});
