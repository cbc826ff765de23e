import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepare } from '../../src/cli/prepare.js';
import { type Repetition, repeat } from '../../src/cli/repeat.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import { renderText } from '../../src/report/text/text.js';
import { crawl, quiet } from '../report/measurements.js';

const ended = (code: number): Measurement => ({
  ...quiet,
  command: { ...quiet.command, exit: { kind: 'code', code } },
});

/** A series of runs that end with the given codes; returns what was said too. */
async function series(codes: readonly number[], changes: Partial<Repetition>) {
  const said: string[] = [];
  const waiting = codes.values();
  const measurement = await repeat({
    runs: 3,
    warmups: 0,
    judge: 'worst',
    account: undefined,
    env: process.env,
    signal: new AbortController().signal,
    isStopped: () => false,
    onRun: (text) => said.push(text.replace(/:.*?(;|$)/, '$1')),
    measureOnce: async () => ended(waiting.next().value ?? never()),
    ...changes,
  });
  return { measurement, said, left: [...waiting].length };
}

function never(): never {
  throw new Error('one run too many');
}

test('as many runs as were asked for, behind the warm-ups', async () => {
  const { measurement, said, left } = await series([0, 0, 0, 0, 0], { warmups: 2 });
  expect(left).toBe(0);
  expect(said).toEqual(['warm-up', 'warm-up', 'run 1 of 3', 'run 2 of 3', 'run 3 of 3']);
  expect(measurement.repeat).toMatchObject({ warmups: 2, judged: 0 });
  expect(measurement.repeat?.runs).toHaveLength(3);
});

test('the first that fails ends the series', async () => {
  const { measurement, said, left } = await series([0, 7, 0], {});
  expect(left).toBe(1);
  expect(said).toEqual(['run 1 of 3', 'run 2 of 3; it failed, which ends the series']);
  expect(measurement.command.exit).toEqual({ kind: 'code', code: 7 });
  expect(measurement.repeat?.runs).toHaveLength(2);
});

test('so does a warm-up', async () => {
  const { measurement, left } = await series([0, 7, 0, 0, 0], { warmups: 2 });
  expect(left).toBe(3);
  expect(measurement.command.exit).toEqual({ kind: 'code', code: 7 });
  expect(measurement.repeat).toMatchObject({ warmups: 1, runs: [{ exit: { code: 7 } }] });
});

test('who was asked to stop starts no other run', async () => {
  const { left } = await series([0, 0, 0], { isStopped: () => true });
  expect(left).toBe(2);
});

describe('--prepare', () => {
  const options = { account: undefined, env: process.env, signal: new AbortController().signal };

  test('runs before each run, and its failure ends everything', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      await prepare(`cd ${folder} && touch "a b"`, options);
      expect(existsSync(join(folder, 'a b'))).toBe(true);
      await series([0, 0, 0], { prepare: `echo >>${folder}/lines` });
      await prepare(`test $(wc -l <${folder}/lines) = 3`, options);
      await expect(series([0, 0, 0], { prepare: `! rm ${folder}/lines` })).rejects.toMatchObject({
        code: 'PREPARE_FAILED',
        message: expect.stringMatching(/ended with 1$/),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('has the command’s environment', async () => {
    await prepare('test "$HOME" = /home/ann', { ...options, env: { ...process.env, HOME: '/home/ann' } });
  });

  test('a signal that ended it is reported, and an interrupt is one', async () => {
    await expect(prepare('kill -9 $$', options)).rejects.toMatchObject({ message: /by SIGKILL$/ });
    const stop = new AbortController();
    const waiting = prepare('exec sleep 1000', { ...options, signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

test('octets are in groups of three, and one run is said to differ from nothing', async () => {
  const said: string[] = [];
  const large = { ...crawl, command: { ...crawl.command, exit: { kind: 'code', code: 3 } } } as const;
  const { measurement } = await series([], { measureOnce: async () => large, onRun: (text) => said.push(text) });
  const { in: incoming, out } = crawl.traffic.external;
  const [moreIn, moreOut] = [incoming, out].map(({ wireOctets }) =>
    wireOctets?.toLocaleString('en').replaceAll(',', ' '),
  );
  expect(said).toEqual([`run 1 of 3: ${moreIn} B in, ${moreOut} B out; it failed, which ends the series`]);
  const text = renderText(measurement, { color: false });
  expect(text).toMatch(/^ {2}runs +1 run$/m);
  expect(text).not.toContain('median');
});
