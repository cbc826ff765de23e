import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

/** By their kinds: which namespaces are made together with the user namespace, and so are its root's. */
const KINDS = [
  ['its user namespace alone', []],
  ['a network of its own, and the mounts of others', ['--net']],
] as const;

/** Such a root may make namespaces and enter them, and could not come back to those that it was in. */
describePrivileged('root of a user namespace', () => {
  describe.each(KINDS)('%s', (_, kinds) => {
    const inside = (...words: readonly string[]) =>
      runToEnd('unshare', ['--user', '--map-root-user', ...kinds, process.execPath, NETMETER, ...words]);

    test('measures in place, and says why', async () => {
      const { stdout, stderr, status } = await inside('--baseline-idle', '0', '--report', '-', '--', 'true');
      expect(status, stderr).toBe(0);
      const { isolation, warnings } = JSON.parse(stdout) as Measurement;
      expect(isolation.kind).toBe('host');
      const because = warnings.find(({ code }) => code === 'IN_PLACE')?.message;
      expect(because).toMatch(
        /needs root, and this process is root of a user namespace alone \(netmeter doctor says what helps\)$/,
      );
    });

    test.each([[[]], [['--host-port', '7414']]])('offline %j it isolates by another user namespace', async (words) => {
      const { stdout, stderr, status } = await inside('--isolation', 'offline', '-q', ...words, '--', 'id', '-u');
      expect([status, stdout], stderr).toEqual([0, '0\n']);
    });

    test.each([
      ['--isolation', 'veth', '--', 'true'],
      ['--netns', '/proc/self/ns/net', '--', 'true'],
    ])('%s %s is refused with the reason', async (...words) => {
      const { stderr, status } = await inside(...words);
      expect([status, stderr]).toEqual([125, expect.stringContaining('root of a user namespace alone')]);
    });

    test('the doctor says so', async () => {
      const { stdout, stderr, status } = await inside('doctor');
      // No isolation is exact here.
      expect(status, stderr).toBe(1);
      expect(stdout).toContain('root of a user namespace alone');
    });
  });
});
