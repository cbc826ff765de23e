import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linkPlans } from '../../src/isolation/veth/links/subnet.js';
import { NatTable } from '../../src/isolation/veth/rules/nat-table.js';
import { TableCommands } from '../../src/linux/netlink/netfilter/table-commands.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, netmeter } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { guardianOf } from './guardian-of.js';
import { expectNoTraces, traces } from './leftovers.js';
import { Wire } from './wire.js';

const shell = (line: string) => void execFileSync('sh', ['-euc', line]);

describePrivileged('what a run could not keep or give back', () => {
  test('is reported at its end, noted, and given back by the next run', async () => {
    await using wire = await Wire.lay(43);
    const forwarding = `/proc/sys/net/ipv4/conf/${wire.device}/forwarding`;
    writeFileSync(forwarding, '0');
    const before = traces();
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    const report = join(folder, 'report.json');
    const words = ['--isolation', 'veth', '--report', report, '--', 'sh', '-c', 'echo; read end; exit 3'];
    const child = spawn(process.execPath, [NETMETER, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
    const [ended, reported] = [once(child, 'exit'), once(child.stderr, 'data')];
    await once(child.stdout, 'data');
    shell('mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys');
    try {
      child.stdin.end('\n');
      expect(await ended).toEqual([3, null]);
    } finally {
      shell('umount /proc/sys');
    }
    const { warnings } = JSON.parse(readFileSync(report, 'utf8')) as Measurement;
    rmSync(folder, { recursive: true });
    const message = expect.stringMatching(/^not all could be given back, and the next run tries again: .*EROFS/);
    expect(warnings).toContainEqual({ code: 'NOT_GIVEN_BACK', message });
    expect(String((await reported)[0])).toContain('not all could be given back');
    expect(readFileSync(forwarding, 'utf8')).toBe('1\n');
    expect(readdirSync('/run/netmeter').some((name) => name.startsWith(`${child.pid}-`))).toBe(true);
    await netmeter(['--isolation', 'veth', '--', 'true']);
    expect(readFileSync(forwarding, 'utf8')).toBe('0\n');
    expect(readdirSync('/run/netmeter').some((name) => name.startsWith(`${child.pid}-`))).toBe(false);
    await expectNoTraces(before);
  });

  test('of a netmeter that was killed is given back by the next run, where its guardian could not', async () => {
    await using wire = await Wire.lay(44);
    const forwarding = `/proc/sys/net/ipv4/conf/${wire.device}/forwarding`;
    writeFileSync(forwarding, '0');
    const before = traces();
    const words = ['--isolation', 'veth', '--', 'sh', '-c', 'echo; exec sleep 1000.5'];
    const child = spawn(process.execPath, [NETMETER, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    const guardian = guardianOf(child);
    shell('mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys');
    try {
      child.kill('SIGKILL');
      await ended;
      await expect.poll(() => existsSync(`/proc/${guardian}`)).toBe(false);
    } finally {
      shell('umount /proc/sys');
    }
    expect(readFileSync(forwarding, 'utf8')).toBe('1\n');
    const { stderr } = await netmeter(['--isolation', 'veth', '--', 'true']);
    expect(stderr).toContain('it is given back');
    expect(readFileSync(forwarding, 'utf8')).toBe('0\n');
    await expectNoTraces(before);
  });

  test.each(['veth', 'host', 'offline'])('in %s a guardian that was ended is', async (isolation) => {
    const before = traces();
    const words = ['--isolation', isolation, '--', 'sh', '-c', 'echo up; read line'];
    const child = spawn(process.execPath, [NETMETER, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    await once(child.stdout, 'data');
    const guardian = guardianOf(child);
    process.kill(guardian, 'SIGKILL');
    // Its parent has taken note of it, and hears of it before the line that comes after.
    await expect.poll(() => existsSync(`/proc/${guardian}`)).toBe(false);
    const ended = once(child, 'close');
    child.stdin.end('\n');
    await ended;
    expect(said).toContain('the process that cleans up after netmeter was ended');
    await expectNoTraces(before);
  });

  test('an address translation that somebody took away in the middle is', () => {
    using table = new NatTable([]);
    expect(table.add({ number: 77, plans: linkPlans(77, true) }, [], false)).toBe(true);
    expect(table.warnings()).toEqual([]);
    // As others can before Linux 5.12, where no table has an owner.
    table.nftables.commit([new TableCommands(table.name).delete()]);
    expect(table.warnings()).toEqual([
      { code: 'TRANSLATION_LOST', message: expect.stringContaining('was taken away during the run') },
    ]);
  });
});
