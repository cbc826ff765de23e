import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SignalRelay } from '../../src/cli/signals.js';
import type { measure } from '../../src/measure.js';
import type { MeasureOptions } from '../../src/measure-options.js';
import { CallerSocket } from '../../src/privileged/caller-socket.js';
import { JsonLines } from '../../src/privileged/json-lines.js';
import type { ToCaller } from '../../src/privileged/protocol.js';
import { serveCaller } from '../../src/privileged/serve-caller.js';
import { quiet } from '../report/measurements.js';
import { once, until } from '../wait.js';

let folder: string;
let bypass: CallerSocket;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  bypass = await CallerSocket.listen([folder]);
});
afterEach(() => {
  bypass[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

/** The caller's end of a conversation about a run that lasts until it is asked to end. */
async function converse() {
  const got: NodeJS.Signals[] = [];
  let options: MeasureOptions = {};
  let finish = () => {};
  const run: typeof measure = (_, given = {}) => {
    options = given;
    return new Promise((resolve) => {
      finish = () => resolve(quiet);
    });
  };
  const connected = once(bypass.server, 'connection');
  const served = serveCaller(bypass.path, run, { signals: new SignalRelay(), sudoUid: undefined });
  const [socket] = (await connected) as [Socket];
  const heard: string[] = [];
  const lines = new JsonLines<ToCaller, object>(socket, ({ kind }) => void heard.push(kind));
  lines.send({ argv: ['true'], options: {}, env: {}, umask: process.umask(), user: 'root' });
  await until('the run has begun', () => options.signal !== undefined);
  return {
    got,
    heard,
    run: () => options,
    signal: (signal: NodeJS.Signals) => lines.send({ kind: 'signal', signal }),
    start: () => options.onStart?.({ pid: process.pid, signal: (signal) => void got.push(signal) }),
    end: () => {
      finish();
      return served;
    },
  };
}

test('a signal that comes when the command runs is its own, though the caller may not know yet that it runs', async () => {
  const talk = await converse();
  talk.start();
  talk.signal('SIGHUP');
  await until('the command has it', () => talk.got.length > 0);
  expect(talk.got).toEqual(['SIGHUP']);
  expect(talk.run().signal?.aborted).toBe(false);
  await talk.end();
  expect(talk.heard).toEqual(['started', 'measured']);
});

test('before the command runs it ends the run, and when only descendants are left it ends the wait for them', async () => {
  const before = await converse();
  before.signal('SIGTERM');
  await until('the run ends', () => before.run().signal?.aborted === true);
  await before.end();

  const after = await converse();
  after.start();
  after.run().onCommandEnd?.(1);
  after.signal('SIGTERM');
  await until('the run ends', () => after.run().signal?.aborted === true);
  expect([after.got, after.run().hurry?.aborted]).toEqual([[], false]);
  after.signal('SIGTERM');
  await until('the run hurries', () => after.run().hurry?.aborted === true);
  await after.end();
});
