import { spawnSync } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NETMETER, netmeter, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

describePrivileged('netmeter doctor', () => {
  test('shows what works, for people and for machines', async () => {
    const { status, stdout } = await netmeter(['doctor']);
    expect(status).toBe(0);
    expect(stdout).toContain('✔ veth');
    expect(stdout).toContain('A run uses veth.');
    const diagnosis = JSON.parse((await netmeter(['doctor', '--json'])).stdout);
    expect(diagnosis).toMatchObject({ schema: 1, chosen: 'veth', measured: [] });
    const refused = diagnosis.facilities.filter(({ probe }: { probe: { works: boolean } }) => !probe.works);
    expect(refused.every(({ probe }: { probe: { cure: string } }) => probe.cure !== '')).toBe(true);
    expect(diagnosis.facilities.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining([
        'rtnetlink',
        'nftables: flags owner',
        'cgroup.kill',
        'BPF: cgroup_skb',
        'BPF: get_netns_cookie',
      ]),
    );
  });

  test('an ordinary user reads what the kernel refuses, and that root would have it', async () => {
    const words = [
      '--reuid',
      '12345',
      '--regid',
      '12345',
      '--clear-groups',
      process.execPath,
      NETMETER,
      'doctor',
      '--json',
    ];
    const { facilities } = JSON.parse((await runToEnd('setpriv', words)).stdout);
    const find = (name: string) => facilities.find((each: { name: string }) => each.name === name);
    expect(find('rtnetlink')).toMatchObject({ probe: { works: true } });
    for (const name of ['network namespaces', 'veth pairs', 'control groups (v2)', 'BPF: cgroup_skb'])
      expect(find(name)).toMatchObject({ probe: { works: false, cure: 'run it as root: sudo netmeter doctor' } });
  });

  test('what a firewall does to this machine’s own packets keeps a run in place, and is reported', async () => {
    const script = `ip link set lo up; nft 'add table ip t; add chain ip t o { type filter hook output priority 0; policy drop; }'
      exec ${process.execPath} ${NETMETER} doctor`;
    const { stdout } = await runToEnd('unshare', ['--net', 'sh', '-euc', script]);
    expect(stdout).toContain('the chain o of table ip t refuses packets of this machine itself');
    expect(stdout).toContain('cure: measure in place: --in-place');
    expect(stdout).toContain('A run uses host.');
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

  test('--measure as an ordinary user: user-mode is within what its report states', async () => {
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
      expect(measured).toMatchObject([
        { isolation: 'user-mode', result: { kind: 'compared' } },
        { isolation: 'veth, host', result: { kind: 'skipped' } },
      ]);
      // On a busy machine segments are retransmitted, which the bound holds.
      for (const { counted, bound, truth } of [measured[0].result.in, measured[0].result.out])
        expect(Math.abs(counted - truth)).toBeLessThanOrEqual(bound);
    } finally {
      chmodSync('/dev/net/tun', mode);
      spawnSync('userdel', ['--remove', user]);
    }
  });

  test('--measure as an ordinary user without a tun device: what could not be measured, why, and the cure of each', async () => {
    const ids = ['--reuid', '12345', '--regid', '12345', '--clear-groups'];
    const mode = statSync('/dev/net/tun').mode & 0o777;
    chmodSync('/dev/net/tun', 0o600);
    try {
      const { stdout, stderr } = await runToEnd('setpriv', [...ids, process.execPath, NETMETER, 'doctor', '--measure']);
      expect(stderr).toBe('');
      expect(stdout).toMatch(
        /user-mode +not measured: \/dev\/net\/tun may not be opened[^\n]*\n +cure: let users open it/,
      );
      expect(stdout).toMatch(
        /veth, host +not measured: [^\n]*root[^\n]*\n +cure: [^\n]*sudo netmeter doctor --measure/,
      );
      expect(stdout.match(/sudo netmeter doctor$/gm)).toHaveLength(1);
      expect(stdout).toMatch(/– network namespaces[\s\S]*✔ offline/);
    } finally {
      chmodSync('/dev/net/tun', mode);
    }
  });

  test.each([
    [['doctor', '--mesure'], 'did you mean --measure?'],
    [['doctor', 'x'], "doctor takes no argument: 'x'"],
  ])('%j is refused', async (words, message) => {
    const { status, stderr } = await netmeter(words);
    expect(status).toBe(125);
    expect(stderr).toContain(message);
  });
});
