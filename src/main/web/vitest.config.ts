import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/*.test.ts'],
    // Two cores build and test all at once; a process per file would spend them on starting.
    pool: 'threads',
    maxWorkers: 2,
    reporters: ['dot'],
  },
});
