import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Behalf, OWN_BEHALF } from '../../src/files/behalf.js';
import { SharedFile } from '../../src/report/write-shared.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-append-'));
  file = join(folder, 'summary');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FOREIGN: Behalf = { starter: { uid: 4242, gid: 4343, groups: [] }, accountOf: () => undefined };

function append(path: string, render: (present: number) => string = () => 'ours\n', behalf = OWN_BEHALF): void {
  using shared = new SharedFile(path, 'the file', behalf);
  shared.append(render);
}

test.each([
  ['', 'ours\n'],
  ['theirs\n', 'theirs\nours\n'],
  ['theirs', 'theirs\nours\n'],
])('behind %j stands %j', (before, after) => {
  writeFileSync(file, before);
  append(file);
  expect(readFileSync(file, 'utf8')).toBe(after);
});

test('what is there keeps its owner and mode', () => {
  writeFileSync(file, '');
  chmodSync(file, 0o640);
  const { uid } = statSync(file);
  append(file);
  expect(statSync(file)).toMatchObject({ uid, size: 5 });
  expect(statSync(file).mode & 0o777).toBe(0o640);
});

describe.runIf(process.getuid?.() === 0)('on behalf of another account', () => {
  test('what is new belongs to it', () => {
    chmodSync(folder, 0o777);
    append(file, undefined, FOREIGN);
    expect(statSync(file)).toMatchObject({ uid: 4242, gid: 4343 });
    expect(readFileSync(file, 'utf8')).toBe('ours\n');
  });

  test('what it may not write to stays as it is', () => {
    writeFileSync(file, 'root', { mode: 0o644 });
    symlinkSync(file, join(folder, 'link'));
    chmodSync(folder, 0o777);
    expect(() => append(join(folder, 'link'), undefined, FOREIGN)).toThrow('permission denied');
    expect(readFileSync(file, 'utf8')).toBe('root');
  });
});

test('the text is made for the room that is left', () => {
  writeFileSync(file, 'x'.repeat(1000));
  append(file, (present) => `${present}`);
  expect(readFileSync(file, 'utf8')).toMatch(/x\n1001$/);
});

test('a folder that is made anew after the file was chosen is found', () => {
  mkdirSync(join(folder, 'out'));
  using shared = new SharedFile(join(folder, 'out/summary'), 'the file', OWN_BEHALF);
  rmSync(join(folder, 'out'), { recursive: true });
  mkdirSync(join(folder, 'out'));
  shared.append(() => 'ours\n');
  expect(readFileSync(join(folder, 'out/summary'), 'utf8')).toBe('ours\n');
});

test.each<[string, () => string, string, string]>([
  ['a folder that is missing', () => join(folder, 'none/summary'), 'x', 'no such file or directory'],
  ['a folder', () => folder, 'x', 'illegal operation on a directory'],
  ['a device', () => '/dev/full', 'x', 'it is no regular file'],
  ['no room', () => file, '', 'it is full'],
])('%s is an error with the reason and the cure', (_, path, text, reason) => {
  expect(failureOf(() => append(path(), () => text))).toMatchObject({
    code: 'REPORT_NOT_WRITTEN',
    message: `the file, ${path()}, was not written: ${reason}`,
    cure: expect.stringContaining('--ci none'),
  });
});

test('a pipe without a reader is refused, not waited for', () => {
  execFileSync('mkfifo', [file]);
  expect(() => append(file)).toThrow('no regular file');
});

function failureOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
