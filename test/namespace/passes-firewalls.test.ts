import { spawnSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { measured, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { expectNoTraces, traces } from './leftovers.js';
import { Wire } from './wire.js';

const nft = (commands: string) => spawnSync('nft', ['-f', '-'], { input: commands, encoding: 'utf8' });
const chains = () => spawnSync('nft', ['list', 'table', 'ip', 'nm-test'], { encoding: 'utf8' }).stdout;

/** A table of the test's own, a chain a line: name and rules. */
const table = (...chains: [name: string, ...rules: string[]][]) =>
  ['table ip nm-test {', ...chains.flatMap(([name, ...rules]) => [`chain ${name} {`, ...rules, '}']), '}', ''].join(
    '\n',
  );

/** What other programs put at the forward hook. */
const firewalls = {
  'a FORWARD policy of drop (ufw)': table(['FORWARD', 'type filter hook forward priority 0; policy drop;']),
  'Docker’s rules': table(
    ['DOCKER-USER', 'counter return'],
    ['FORWARD', 'type filter hook forward priority 0; policy drop;', 'counter jump DOCKER-USER'],
  ),
  'a final reject (firewalld)': table(
    ['rules', 'reject with icmp type admin-prohibited'],
    ['FORWARD', 'type filter hook forward priority 10; policy accept;', 'jump rules'],
  ),
};

describePrivileged('firewalls that drop forwarded packets are passed', () => {
  afterEach(() => {
    nft('delete table ip nm-test');
  });

  test.each(Object.entries(firewalls))('%s', async (_, rules) => {
    const before = traces();
    {
      await using wire = await Wire.lay(6);
      expect(nft(rules).stderr).toBe('');
      const untouched = chains();
      const { report, stderr } = await measured([
        'python3',
        program('traffic.py'),
        'download',
        wire.ipv4,
        `${wire.port}`,
        '100000',
      ]);
      expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
      expect(report.traffic.external.in.wireOctets).toBeGreaterThan(100_000);
      expect(chains().replaceAll(/packets \d+ bytes \d+/g, '')).toBe(
        untouched.replaceAll(/packets \d+ bytes \d+/g, ''),
      );
    }
    await expectNoTraces(before);
  });
});
