import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetmeterError } from '../../../src/errors.js';
import { findNamespace } from '../../../src/isolation/machine/find-namespace.js';

let root: string;
let folders: string[];
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  folders = ['run', 'var', 'none'].map((name) => join(root, name));
  for (const [folder, name] of [
    ['run', 'vpn'],
    ['run', 'both'],
    ['var', 'both'],
    ['var', 'old'],
  ] as const) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, name), '');
  }
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['vpn', 'run/vpn'],
  ['old', 'var/old'],
  ['both', 'run/both'],
])('the name %s, with its files of /etc', (name, file) => {
  expect(findNamespace(name, folders)).toEqual({ file: join(root, file), etc: `/etc/netns/${name}` });
});

test('a path is taken as it is, and has no files of its own', () => {
  expect(findNamespace('/proc/self/ns/net', folders)).toEqual({ file: '/proc/self/ns/net' });
});

test.each(['vpnx', '', '.', '..', '/proc/self/ns/no-such', 'vpn/'])(
  '%j is reported with the names that there are',
  (name) => {
    const find = () => findNamespace(name, folders);
    expect(find).toThrow(NetmeterError);
    expect(find).toThrow(`no network namespace '${name}'`);
    try {
      find();
    } catch (error) {
      expect(error).toMatchObject({ code: 'NO_SUCH_NAMESPACE', cure: expect.stringContaining('both, old, vpn') });
    }
  },
);

test('where none has a name that is said', () => {
  expect(() => findNamespace('x', [])).toThrow(expect.objectContaining({ cure: expect.stringContaining('None') }));
});
