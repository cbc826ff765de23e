import { expect, test } from 'vitest';
import { reportRun } from '../../src/cli/report-run.js';
import type { Terminal } from '../../src/cli/terminal/terminal.js';
import type { Measurement } from '../../src/measurement/measurement.js';

/** Whoever renders it fails. */
const broken = {
  get traffic(): never {
    throw new TypeError('no traffic');
  },
} as unknown as Measurement;

test('a renderer that throws is reported by name, and ends nothing', async () => {
  const said: string[] = [];
  const terminal = {
    show: (text: string) => text,
    colors: () => false,
    say: (text: string) => said.push(text),
    complain: (error: Error) => said.push(error.message),
  } as unknown as Terminal;
  const reports = (['json', 'html', 'md'] as const).map((format) => ({ path: '-', format }));
  const failed = await reportRun(broken, { quiet: false, ci: 'none', reports, outputs: undefined, terminal });
  expect(failed).toBe(true);
  expect(said).toEqual([
    ...['json', 'html', 'md'].map((format) => expect.stringContaining(`the report could not be made as ${format}: `)),
    expect.stringMatching(/^the summary failed, and the run went on without it: /),
  ]);
});
