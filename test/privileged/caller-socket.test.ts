import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CallerSocket } from '../../src/privileged/caller-socket.js';
import { once } from '../wait.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function expectCaller({ path, server }: CallerSocket): Promise<void> {
  const met = once(server, 'connection');
  const caller = connect(path);
  await Promise.all([met, once(caller, 'connect')]);
  caller.destroy();
  const [accepted] = (await met) as [Socket];
  accepted.destroy();
}

test.each([
  ['a short path', 'x'],
  ['one that is longer than a socket’s address', 'x'.repeat(200)],
])('it is met in a folder of %s, and has no name there', async (_, name) => {
  const place = join(folder, name);
  mkdirSync(place);
  using socket = await CallerSocket.listen([place]);
  expect(readdirSync(place)).toEqual([]);
  await expectCaller(socket);
});

test('a folder that is missing or no folder is passed over', async () => {
  writeFileSync(join(folder, 'file'), '');
  const place = join(folder, 'good');
  mkdirSync(place);
  chmodSync(place, 0o700);
  using socket = await CallerSocket.listen([join(folder, 'missing'), join(folder, 'file'), place]);
  await expectCaller(socket);
});

test('without any there is a reason, and a cure', async () => {
  await expect(CallerSocket.listen([join(folder, 'missing'), '/proc'])).rejects.toMatchObject({
    code: 'SETUP_FAILED',
    message: expect.stringMatching(/missing: ENOENT.*; \/proc: E/),
    cure: expect.stringContaining('TMPDIR'),
  });
});
