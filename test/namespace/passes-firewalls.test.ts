import { spawn, spawnSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { measured, NETMETER, netmeter, program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, WAIT_MS } from '../wait.js';
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

  test('what was opened is closed again after SIGKILL', async () => {
    const before = traces();
    expect(nft(firewalls['Docker’s rules']).stderr).toBe('');
    const untouched = chains();
    const words = ['-q', '--', 'sh', '-c', 'echo started; sleep 1000.5'];
    const child = spawn(process.execPath, [NETMETER, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(chains()).toMatch(/chain DOCKER-USER \{\s+iifname "nm\d+\*" counter [^\n]*accept comment "netmeter nm\d+"/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(chains, { timeout: WAIT_MS }).toBe(untouched);
    await expectNoTraces(before);
  });

  test('a table of another owner, which nobody else can open, is named with its owner and a cure', async () => {
    const owner = spawn('nft', ['-i'], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      owner.stdin.write('add table inet nm-owned { flags owner; }\n');
      owner.stdin.write('add chain inet nm-owned f { type filter hook forward priority 0; policy drop; }\n');
      const owned = () => spawnSync('nft', ['list', 'table', 'inet', 'nm-owned'], { encoding: 'utf8' }).stdout;
      await expect.poll(owned, { timeout: WAIT_MS }).toContain('policy drop');
      const { status, stdout, stderr } = await netmeter(['--isolation', 'veth', '--', 'echo', 'ran']);
      expect([status, stdout]).toEqual([125, '']);
      expect(stderr).toContain(
        `chain f of table inet nm-owned may drop the command's packets, and that table belongs to the process ${owner.pid} (nft): nobody else may change it`,
      );
      expect(stderr).toContain("without 'flags owner'");
    } finally {
      owner.kill('SIGKILL');
    }
  });
});
