import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { TEST_MS, WAIT_MS } from '../test/wait.js';
import { ownMachines, ownTraces } from './machine/pool.js';

/** Where CI wants the counts. */
const results = process.env['NETMETER_TEST_RESULTS'];

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    clearMocks: true,
    // The runs that are tested are not those that a CI system is to be told of.
    env: { GITHUB_ACTIONS: '' },
    // One limit for all that is awaited, and one for a test: what takes longer hangs. They are no measure of speed.
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    expect: { poll: { timeout: WAIT_MS, interval: 50 } },
    // Most tests wait for others, and those of a file have a machine of their own.
    maxWorkers: availableParallelism() + 1,
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cli/**', 'test/namespace/**'],
          pool: ownTraces,
          // They are pure: a process for each file would take longer than the tests.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'cli', include: ['test/cli/**/*.test.ts'], pool: ownMachines } },
      {
        extends: true,
        test: {
          name: 'namespace',
          include: ['test/namespace/**/*.test.ts'],
          pool: ownMachines,
        },
      },
    ],
  },
});
