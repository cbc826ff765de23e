import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { measured, NETMETER, netmeter, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Wire } from './wire.js';

/** Starts a program that prints a line when it is ready; it ends with its input. */
async function started(file: string, words: readonly string[]): Promise<ChildProcess> {
  const child = spawn(file, [...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.stdin?.end();
  await gone;
}

const traffic = (mode: string, address: string, port: number, count: number) =>
  `python3 ${program('traffic.py')} ${mode} ${address} ${port} ${count}`;

describePrivileged('--host-port', () => {
  const PORT = 7311;
  let service: ChildProcess;
  beforeAll(async () => {
    service = await started('python3', [program('far-end.py'), 'lo', `${PORT}`]);
  });
  afterAll(() => ended(service));

  test.each(['127.0.0.1', '::1', 'localhost'])('%s inside is the host’s, counted as host-local', async (address) => {
    const script = `${traffic('requests', address, PORT, 20)}; ${traffic('download', address, PORT, 3_000_000)}`;
    const { report, stderr } = await measured(['sh', '-euc', script], ['--host-port', `${PORT}`]);
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    const { external, hostLocal, loopback } = report.traffic;
    expect([external.in.wireOctets, external.out.wireOctets]).toEqual([0, 0]);
    expect(hostLocal?.in.wireOctets).toBeGreaterThan(3_000_000 + 20 * 500);
    expect(hostLocal?.out.wireOctets).toBeGreaterThan(20 * 200);
    expect(loopback.in.ipOctets).toBe(0);
  });

  test('datagrams pass too, and an upload', async () => {
    const script = `${traffic('udp', '127.0.0.1', PORT, 40)}; ${traffic('upload', '127.0.0.1', PORT, 1_000_000)}`;
    const words = ['--host-port', `${PORT}`, '--host-port', `${PORT}/udp`];
    const { report } = await measured(['sh', '-euc', script], words);
    expect(report.command.exit).toEqual({ kind: 'code', code: 0 });
    expect(report.traffic.hostLocal?.out.wireOctets).toBeGreaterThan(40 * 1028 + 1_000_000);
  });

  test('the host has a name and an address inside', async () => {
    const script = 'getent hosts host.netmeter.internal; echo "$NETMETER_HOST"';
    const { stdout } = await netmeter(['-q', '--host-port', `${PORT}`, '--', 'sh', '-c', script]);
    const [named = '', given = ''] = stdout.trim().split('\n');
    expect(given).toMatch(/^198\.1[89]\./);
    expect(named).toMatch(/host\.netmeter\.internal$/);
    expect(stdout).toMatch(/fd6e:.*host\.netmeter\.internal|198\.1[89]\..*host\.netmeter\.internal/);
  });

  test('a service that is not there resets the connection', async () => {
    const script = traffic('requests', '127.0.0.1', 7310, 1);
    const { status, stderr } = await netmeter(['-q', '--host-port', '7310', '--', 'sh', '-euc', script]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/reset|refused|Broken pipe/i);
  });

  test('a port inside that netmeter offers is reported as taken', async () => {
    const script = `python3 -c 'import socket; socket.create_server(("127.0.0.1", ${PORT}))'`;
    const { stderr } = await netmeter(['-q', '--host-port', `${PORT}`, '--', 'sh', '-c', script]);
    expect(stderr).toContain('Address already in use');
  });

  test('without it the host’s loopback is out of reach', async () => {
    const { status, stderr } = await netmeter(['-q', '--', 'sh', '-euc', traffic('requests', '127.0.0.1', PORT, 1)]);
    expect(status).toBe(1);
    expect(stderr).toContain('Connection refused');
  });

  test('a refused connect to a port where the host listens is hinted at', async () => {
    // By rules in the namespace, as for an ordinary user, the hint takes a moment to be ready: so it is tried again and again.
    const tried = `for try in $(seq 20); do ${traffic('requests', '127.0.0.1', PORT, 1)}; done; ${traffic('requests', '127.0.0.1', PORT, 1)}; ${traffic('requests', '127.0.0.1', 7309, 1)}; true`;
    const { report, stderr } = await measured(['sh', '-c', tried]);
    expect(report.warnings.map(({ code }) => code)).toEqual(['HOST_PORT_REFUSED']);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`did you mean --host-port ${PORT}?`);
  });

  test('also by a command that is over at once, and by each family; but not one that is offered, or heard by nobody', async () => {
    const connect = (host: string, port: number) => `: </dev/tcp/${host}/${port}`;
    for (const host of ['127.0.0.1', '127.1.2.3', '::1']) {
      const { report } = await measured(['bash', '-c', connect(host, PORT)]);
      expect(
        report.warnings.map(({ message }) => message),
        host,
      ).toEqual([expect.stringContaining(`did you mean --host-port ${PORT}?`)]);
    }
    const nobody = await measured(['bash', '-c', connect('127.0.0.1', 7309)]);
    expect(nobody.report.warnings).toEqual([]);
    const offered = await measured(['bash', '-c', connect('127.0.0.1', PORT)], ['--host-port', `${PORT}`]);
    expect(offered.report.warnings).toEqual([]);
    const other = await measured(['bash', '-c', connect('192.0.2.1', PORT)], ['--deny', '192.0.2.0/24']);
    expect(other.report.warnings.map(({ code }) => code)).not.toContain('HOST_PORT_REFUSED');
  });

  test('beside it loopback stays loopback', async () => {
    const script = `${traffic('loopback', '127.0.0.1', 0, 50_000)}; ${traffic('requests', '127.0.0.1', PORT, 5)}`;
    const { report } = await measured(['sh', '-euc', script], ['--host-port', `${PORT}`]);
    const alone = await measured(['sh', '-euc', traffic('loopback', '127.0.0.1', 0, 50_000)]);
    // How often the receiver acknowledges varies by a packet or two.
    const difference = (report.traffic.loopback.in.ipOctets ?? 0) - (alone.report.traffic.loopback.in.ipOctets ?? 0);
    expect(Math.abs(difference)).toBeLessThan(52 * 5);
  });
});

describePrivileged('--publish', () => {
  const [HOST, INNER] = [7312, 7000];
  let wire: Wire;
  let folder: string;
  beforeAll(async () => {
    wire = await Wire.lay(8);
  });
  afterAll(() => wire?.[Symbol.asyncDispose]());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A metered server whose port is published, and what was counted while `use` used it. */
  async function serving(publish: readonly string[], use: () => Promise<void>): Promise<Measurement> {
    const file = join(folder, 'report.json');
    const words = publish.flatMap((ports) => ['--publish', ports]);
    const server = ['python3', program('far-end.py'), 'lo', `${INNER}`];
    const job = await started(process.execPath, [NETMETER, '-q', '--report', file, ...words, '--', ...server]);
    try {
      await use();
    } finally {
      await ended(job);
    }
    return JSON.parse(readFileSync(file, 'utf8')) as Measurement;
  }

  test.each([
    ['IPv4', () => wire.near4, 'ipv4'],
    ['IPv6', () => wire.near6, 'ipv6'],
  ] as const)(
    'another machine reaches the command, counted as external to the byte: %s',
    async (_, address, family) => {
      const before = await wire.totals();
      const report = await serving([`${HOST}:${INNER}`, `${HOST}:${INNER}/udp`], async () => {
        wire.inServer(traffic('requests', address(), HOST, 50));
        wire.inServer(traffic('udp', address(), HOST, 30));
      });
      const after = await wire.totals();
      const truth = (way: 'in' | 'out') => after[`${family}.${way}`][0] - before[`${family}.${way}`][0];
      expect(report.traffic.external.in.wireOctets).toBe(truth('in'));
      expect(report.traffic.external.out.wireOctets).toBe(truth('out'));
      expect(report.traffic.external.out.wireOctets).toBeGreaterThan(50 * 500);
      expect(report.traffic.hostLocal?.in.wireOctets).toBe(0);
    },
  );

  test.each(['127.0.0.1', '::1', '203.0.113.33'])(
    'this machine reaches it by %s, counted as host-local',
    async (address) => {
      const report = await serving([`${HOST}:${INNER}`], async () => {
        const { status, stderr } = await runToEnd('sh', ['-euc', traffic('requests', address, HOST, 10)]);
        expect(status, stderr).toBe(0);
      });
      expect(report.traffic.hostLocal?.out.wireOctets).toBeGreaterThan(10 * 500);
      expect(report.traffic.external.out.wireOctets).toBe(0);
    },
  );

  test('only at the address that was given', async () => {
    await serving([`${wire.near4}:${HOST}:${INNER}`], async () => {
      wire.inServer(traffic('requests', wire.near4, HOST, 1));
      expect((await runToEnd('sh', ['-euc', traffic('requests', '127.0.0.1', HOST, 1)])).stderr).toContain('refused');
    });
  });

  test('what is not published stays closed to other machines', async () => {
    await serving([`${HOST}:${INNER}`], async () => {
      expect(() => wire.inServer(traffic('requests', wire.near4, INNER, 1))).toThrow('refused');
    });
  });

  test('a port that is taken is reported before the command starts', async () => {
    const taken = await started('python3', [program('far-end.py'), 'lo', `${HOST}`]);
    try {
      const { status, stdout, stderr } = await netmeter(['--publish', `${HOST}:80`, '--', 'echo', 'started']);
      expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
      expect(stderr).toContain(`port ${HOST} of 0.0.0.0 cannot be published: it is taken\n  Choose another port`);
    } finally {
      await ended(taken);
    }
  });
});
