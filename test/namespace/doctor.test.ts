import { spawnSync } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NETMETER, netmeter, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

describePrivileged('netmeter doctor', () => {
  test('tells what works, for people and for machines', async () => {
    const { status, stdout } = await netmeter(['doctor']);
    expect(status).toBe(0);
    expect(stdout).toContain('✔ veth');
    expect(stdout).toContain('A run uses veth.');
    const diagnosis = JSON.parse((await netmeter(['doctor', '--json'])).stdout);
    expect(diagnosis).toMatchObject({ schema: 1, chosen: 'veth', measured: [] });
  });

  test('--measure: counted is true, to the byte, for veth; host is near', async () => {
    const { status, stdout } = await netmeter(['doctor', '--measure', '--json']);
    const { measured } = JSON.parse(stdout) as {
      measured: {
        isolation: string;
        result: Record<'in' | 'out', { counted: number; truth: number }> & { kind: string };
      }[];
    };
    expect(measured.map(({ isolation }) => isolation)).toEqual(['veth', 'veth', 'host']);
    for (const { isolation, result } of measured) {
      expect(result.kind, JSON.stringify(result)).toBe('compared');
      for (const { counted, truth } of [result.in, result.out]) {
        expect(truth).toBeGreaterThan(20_000_000);
        if (isolation === 'veth') expect(counted).toBe(truth);
        else expect(Math.abs(counted - truth) / truth).toBeLessThan(0.01);
      }
    }
    expect(status).toBe(0);
  });

  test('--measure as an ordinary user: user-mode is within 1 %', async () => {
    const user = 'netmeter-doc';
    spawnSync('useradd', ['--create-home', '--shell', '/bin/sh', user]);
    const mode = statSync('/dev/net/tun').mode & 0o777;
    chmodSync('/dev/net/tun', 0o666);
    try {
      const { stdout } = await runToEnd('su', [
        user,
        '-c',
        `cd ~; '${process.execPath}' '${NETMETER}' doctor --measure --json`,
      ]);
      const { measured } = JSON.parse(stdout);
      expect(measured).toMatchObject([{ isolation: 'user-mode', result: { kind: 'compared' } }]);
      for (const { counted, truth } of [measured[0].result.in, measured[0].result.out])
        expect(Math.abs(counted - truth) / truth).toBeLessThan(0.01);
    } finally {
      chmodSync('/dev/net/tun', mode);
      spawnSync('userdel', ['--remove', user]);
    }
  });

  test.each([
    [['doctor', '--mesure'], 'did you mean --measure?'],
    [['doctor', 'x'], 'Unexpected argument'],
  ])('%j is refused', async (words, message) => {
    const { status, stderr } = await netmeter(words);
    expect(status).toBe(125);
    expect(stderr).toContain(message);
  });
});
