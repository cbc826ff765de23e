import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { withFileRightsOf } from '../../src/linux/process/credentials.js';
import { describePrivileged } from '../privileged.js';

const ownNamespace = () => readlinkSync('/proc/thread-self/ns/net');
const NOBODY = { uid: 65534, gid: 65534, groups: [65534] };

describePrivileged('the room that speaks with the kernel', () => {
  test('a namespace is entered and left, by the main thread and what it spawns', () => {
    using namespace = NetworkNamespace.create();
    const own = ownNamespace();
    const [thread, child] = namespace.inside(() => [
      ownNamespace(),
      spawnSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' }).stdout.trim(),
    ]);
    expect(thread).not.toBe(own);
    expect(child).toBe(thread);
    expect(ownNamespace()).toBe(own);
  });

  test('a namespace is left after an error too', () => {
    using namespace = NetworkNamespace.create();
    const own = ownNamespace();
    expect(() =>
      namespace.inside(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(ownNamespace()).toBe(own);
  });

  test("files are opened with another account's rights, and then with root's again", () => {
    const folder = mkdtempSync('/tmp/netmeter-rights-');
    try {
      const secret = `${folder}/secret`;
      writeFileSync(secret, 'x', { mode: 0o600 });
      expect(() => withFileRightsOf(NOBODY, () => readFileSync(secret))).toThrow('EACCES');
      expect(readFileSync(secret, 'utf8')).toBe('x');
      writeFileSync(`${folder}/open`, '', { mode: 0o600 });
      expect(statSync(`${folder}/open`).uid).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
