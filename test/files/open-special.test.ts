import { execFile, execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSpecial } from '../../src/files/open-special.js';

let folder: string;
let fifo: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a FIFO that nobody reads is an error after a while', async () => {
  await expect(openSpecial(fifo, { atMostMs: 50 })).rejects.toThrow('nobody reads from this pipe');
});

test('a FIFO waits for its reader', async () => {
  const opening = openSpecial(fifo);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const file = await opening;
  await file.writeFile('a report');
  await file.close();
  expect(readFileSync(reader, 'utf8')).toBe('a report');
  closeSync(reader);
});

test('a reader that was there before reads all of it', async () => {
  const reader = execFile('cat', [fifo]);
  const read = new Promise<string>((resolve) => {
    reader.stdout?.on('data', resolve);
  });
  const file = await openSpecial(fifo, { as: (work) => work() });
  await file.writeFile('a report');
  await file.close();
  expect(await read).toBe('a report');
});

test('a device is there at once', async () => {
  await (await openSpecial('/dev/null')).close();
});

test('what may not be written to is the error of the system', async () => {
  await expect(openSpecial(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
});
