import { defineConfig } from 'vitest/config';

/** Tests against the real jar, in Node and in Chromium. One after the other: two cores are few for a JVM and a browser. */
export default defineConfig({
  test: {
    include: ['test/gateway/*.test.ts'],
    pool: 'threads',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default'],
  },
});
