import { defineConfig } from 'vitest/config';

/** Where CI wants the counts. */
const results = process.env['NETMETER_TEST_RESULTS'];

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    clearMocks: true,
    // The runs that are tested are not those that a CI system is to be told of.
    env: { GITHUB_ACTIONS: '' },
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/cli/**', 'test/namespace/**'] },
      },
      { extends: true, test: { name: 'cli', include: ['test/cli/**/*.test.ts'], testTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: 'namespace',
          include: ['test/namespace/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
