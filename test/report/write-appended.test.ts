import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendReport } from '../../src/report/write-appended.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-append-'));
  file = join(folder, 'summary');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const append = (path: string, text = 'ours\n', owner?: { uid: number; gid: number }) =>
  appendReport(path, { what: 'the file', render: () => text, owner });

test.each([
  ['', 'ours\n'],
  ['theirs\n', 'theirs\nours\n'],
  ['theirs', 'theirs\nours\n'],
])('behind %j stands %j', async (before, after) => {
  writeFileSync(file, before);
  await append(file);
  expect(readFileSync(file, 'utf8')).toBe(after);
});

test('what is there keeps its owner and mode', async () => {
  writeFileSync(file, '');
  chmodSync(file, 0o640);
  const { uid } = statSync(file);
  await append(file, 'ours\n', { uid: 4242, gid: 4343 });
  expect(statSync(file)).toMatchObject({ uid, size: 5 });
  expect(statSync(file).mode & 0o777).toBe(0o640);
});

test.runIf(process.getuid?.() === 0)('what is new belongs to the owner given', async () => {
  await append(file, 'ours\n', { uid: 4242, gid: 4343 });
  expect(statSync(file)).toMatchObject({ uid: 4242, gid: 4343 });
  expect(readFileSync(file, 'utf8')).toBe('ours\n');
});

test('the text is made for the room that is left', async () => {
  writeFileSync(file, 'x'.repeat(1000));
  await appendReport(file, { what: 'the file', render: (present) => `${present}` });
  expect(readFileSync(file, 'utf8')).toMatch(/x\n1001$/);
});

test.each<[string, () => string, string, string]>([
  ['a folder that is missing', () => join(folder, 'none/summary'), 'x', 'no such file or directory'],
  ['a folder', () => folder, 'x', 'illegal operation on a directory'],
  ['a device', () => '/dev/full', 'x', 'it is no regular file'],
  ['no room', () => file, '', 'it is full'],
])('%s is an error with the reason and the cure', async (_, path, text, reason) => {
  await expect(append(path(), text)).rejects.toMatchObject({
    code: 'REPORT_NOT_WRITTEN',
    message: `the file, ${path()}, was not written: ${reason}`,
    cure: expect.stringContaining('--ci none'),
  });
});

test('a pipe without a reader is refused, not waited for', async () => {
  execFileSync('mkfifo', [file]);
  await expect(append(file)).rejects.toMatchObject({ message: expect.stringContaining('no regular file') });
});
