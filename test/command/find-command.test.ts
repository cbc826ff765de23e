import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCommand } from '../../src/command/find-command.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-command-'));
  for (const name of ['first', 'second', 'first/both-folder']) mkdirSync(join(folder, name));
  const file = (name: string, mode: number) => {
    writeFileSync(join(folder, name), '#!/bin/sh\n');
    chmodSync(join(folder, name), mode);
  };
  file('first/plain', 0o644);
  file('second/plain', 0o755);
  file('first/only-plain', 0o644);
  file('second/tool', 0o755);
  file('second/both-folder', 0o755);
  symlinkSync('nowhere', join(folder, 'first/dangling'));
  symlinkSync('../second/tool', join(folder, 'first/link'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const find = (name: string, path = 'first:second') => findCommand(name, path, folder);

test.each([
  ['tool', 'first:second', 'second/tool'],
  ['link', 'first:second', 'first/link'],
  ['plain', 'first:second', 'second/plain'],
  ['both-folder', 'first:second', 'second/both-folder'],
  ['second/tool', '', 'second/tool'],
  ['./second/tool', 'first', 'second/tool'],
  ['tool', 'missing:second', 'second/tool'],
])('%s in PATH=%s is %s', (name, path, found) => {
  expect(find(name, path)).toBe(join(folder, found));
});

test('an empty entry of PATH is the working folder', () => {
  expect(findCommand('tool', 'nowhere::', join(folder, 'second'))).toBe(join(folder, 'second/tool'));
});

test.each([
  ['absent', 'absent: command not found'],
  ['./tool', './tool: command not found'],
  ['/no/such/file', '/no/such/file: command not found'],
  ['dangling', 'dangling: command not found'],
  ['', "'': command not found"],
])('%j does not exist', (name, message) => {
  expect(() => find(name)).toThrow(expect.objectContaining({ code: 'COMMAND_NOT_FOUND', message }));
});

test.each([
  ['only-plain', 'only-plain: permission denied'],
  ['./first/plain', './first/plain: permission denied'],
  ['./second', './second: is a folder'],
  ['/', '/: is a folder'],
])('%j cannot be executed', (name, message) => {
  expect(() => find(name)).toThrow(expect.objectContaining({ code: 'COMMAND_NOT_EXECUTABLE', message }));
});

test('a file as an entry of PATH is passed over', () => {
  const failure = expect.objectContaining({ code: 'COMMAND_NOT_FOUND', message: 'absent: command not found' });
  expect(() => find('absent', 'second/tool:second')).toThrow(failure);
});

test.each([
  ['a file as a folder', 'second/tool/x'],
  ['a name that is too long', 'x'.repeat(300)],
])('%s is reported as a command that cannot be run', (_, name) => {
  const code = expect.stringMatching(/^COMMAND_NOT_(FOUND|EXECUTABLE)$/);
  expect(() => find(name)).toThrow(expect.objectContaining({ name: 'NetmeterError', code }));
});

test.each(['gone', 'first/tool/x'])('a folder that is none is no place to start in: %s', (name) => {
  expect(() => findCommand('sh', '/bin', join(folder, name))).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('which is no folder') }),
  );
});
