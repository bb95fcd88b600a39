import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    maxConcurrency: 2, // the two sides of a run take turns, so one run keeps one core busy
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
