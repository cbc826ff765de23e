import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findConfig } from '../../../src/cli/config/find-config.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  mkdirSync(join(root, 'app/src'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const found = (files: Readonly<Record<string, string>>, folder: string) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const file = findConfig({ kind: 'search' }, join(root, folder));
  return file && relative(root, file.path);
};

test.each<[Record<string, string>, string, string | undefined]>([
  [{ 'netmeter.config.json': '{}' }, '.', 'netmeter.config.json'],
  [{ 'netmeter.config.json': '{}' }, 'app/src', 'netmeter.config.json'],
  [{ 'netmeter.config.json': '{}', 'app/netmeter.config.ts': '' }, 'app/src', 'app/netmeter.config.ts'],
  [{ 'app/netmeter.config.js': '' }, 'app', 'app/netmeter.config.js'],
  [{ 'app/netmeter.config.js': '' }, '.', undefined],
  [{ 'package.json': '{ "netmeter": {} }' }, 'app', 'package.json'],
  [{ 'package.json': '{ "name": "netmeter", "devDependencies": { "netmeter": "1" } }' }, 'app', undefined],
  [{ 'app/package.json': '{}', 'package.json': '{ "netmeter": {} }' }, 'app', 'package.json'],
  [{ 'app/package.json': '{ "netmeter": ', 'package.json': '{ "netmeter": {} }' }, 'app', 'package.json'],
])('%j, from %s: %s', (files, folder, expected) => {
  expect(found(files, folder)).toBe(expected);
});

test.each([
  { 'netmeter.config.json': '{}', 'netmeter.config.js': '' },
  { 'netmeter.config.json': '{}', 'package.json': '{ "netmeter": {} }' },
])('two in one folder are refused: %j', (files) => {
  expect(() => found(files, 'app')).toThrow(/two configurations/);
});

test('a named file is taken as it is, and none is looked for when none is wanted', () => {
  expect(findConfig({ kind: 'file', path: 'b/c.json' }, '/a')).toEqual({ path: '/a/b/c.json', found: false });
  expect(findConfig({ kind: 'file', path: '/c.json' }, '/a')).toEqual({ path: '/c.json', found: false });
  expect(findConfig({ kind: 'none' }, root)).toBeUndefined();
  // The folder was removed.
  expect(findConfig({ kind: 'search' }, undefined)).toBeUndefined();
  expect(findConfig({ kind: 'file', path: '/c.json' }, undefined)).toEqual({ path: '/c.json', found: false });
  expect(() => findConfig({ kind: 'file', path: 'c.json' }, undefined)).toThrow('the working folder was removed');
});
