import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, signalUntilGone } from '../wait.js';
import { expectNoTraces, traces } from './leftovers.js';

const USER = 'netmeter-off';
const OFFLINE = [NETMETER, '--isolation', 'offline'];

/** A connect that says how long it took and what came of it. */
const CONNECT = (address: string, port: number) =>
  `python3 -c 'import socket
try: socket.create_connection(("${address}", ${port}), 20)
except OSError as error: print(type(error).__name__)'`;

describePrivileged('offline', () => {
  beforeAll(() => {
    spawnSync('useradd', ['--create-home', '--shell', '/bin/sh', USER]);
  });
  afterAll(() => {
    spawnSync('userdel', ['--remove', USER]);
  });

  /** Runs a shell line offline as root or as an ordinary user, and gives its report. */
  async function offline(user: string, script: string, options: readonly string[] = []) {
    const words = [...OFFLINE, '-q', ...options, '--report', '-', '--', 'sh', '-c', `(${script}) >&2`];
    const line = [process.execPath, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const ended =
      user === 'root' ? await runToEnd('sh', ['-c', line]) : await runToEnd('su', [user, '-c', `cd /; ${line}`]);
    return { ...ended, report: JSON.parse(ended.stdout) as Measurement };
  }

  describe.each(['root', USER])('as %s', (user) => {
    test('what leads outside fails at once, and is listed by address and port', async () => {
      const script = [CONNECT('203.0.113.9', 81), CONNECT('203.0.113.9', 81), CONNECT('2001:db8::7', 443)].join('; ');
      const { report, stderr } = await offline(user, script);
      expect(stderr).toBe('ConnectionRefusedError\n'.repeat(3));
      expect(report.attempts).toEqual([
        { address: '203.0.113.9', protocol: 'tcp', port: 81, packets: 2 },
        { address: '2001:db8::7', protocol: 'tcp', port: 443, packets: 1 },
      ]);
      expect(report.traffic.external.out.wireOctets).toBe(0);
    });

    test('names fail at once, and who was asked is listed', async () => {
      const script = `python3 -c 'import socket
try: socket.getaddrinfo("name.example", 80)
except OSError as error: print(type(error).__name__)'`;
      const { report, stderr } = await offline(user, script);
      expect(stderr).toBe('gaierror\n');
      expect(report.attempts?.every(({ port, protocol }) => port === 53 && protocol === 'udp')).toBe(true);
    });

    test('loopback works, and nothing tried is an empty list', async () => {
      const script = `python3 ${program('traffic.py')} loopback 127.0.0.1 0 100000; python3 ${program('traffic.py')} loopback ::1 0 1000`;
      const { report, status } = await offline(user, script);
      expect(status).toBe(0);
      expect(report.attempts).toEqual([]);
      expect(report.traffic.loopback.in.ipOctets).toBeGreaterThan(100_000);
    });

    test('the command is who it was, and its status is netmeter’s', async () => {
      const { stderr, status } = await offline(user, 'id -un; id -gn; exit 7');
      expect([stderr, status]).toEqual([`${user}\n${user}\n`, 7]);
    });

    test('a port of the host can be offered all the same', async () => {
      const service = spawn('python3', [program('far-end.py'), 'lo', '7411'], { stdio: ['pipe', 'pipe', 'inherit'] });
      try {
        if (service.stdout) await once(service.stdout, 'data');
        const script = `python3 ${program('traffic.py')} requests 127.0.0.1 7411 3`;
        const { report, status } = await offline(user, script, ['--host-port', '7411']);
        expect(status).toBe(0);
        expect(report.traffic.hostLocal?.in.wireOctets).toBeGreaterThan(3 * 500);
      } finally {
        service.kill('SIGKILL');
      }
    });

    test.each(['SIGTERM', 'SIGKILL'] as const)('nothing is left behind after %s', async (signal) => {
      const before = traces();
      const words = [
        ...OFFLINE,
        '-q',
        '--grace',
        '0',
        '--',
        'sh',
        '-c',
        'setsid sleep 1000.5 & echo up; exec sleep 1000.5',
      ];
      const uid = user === 'root' ? 0 : Number(spawnSync('id', ['-u', user], { encoding: 'utf8' }).stdout);
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], uid, gid: uid, cwd: '/' });
      await once(child.stdout, 'data');
      // The command ends of the first; its daemon is waited for until a second.
      await signalUntilGone(child, signal);
      await expectNoTraces(before);
    });
  });

  test('a budget of 0 is kept by what cannot get out', async () => {
    const { status } = await offline('root', CONNECT('203.0.113.9', 81), ['--max-total', '0']);
    expect(status).toBe(0);
  });

  test.each([
    [['--max-dns-queries', '0'], 0, 0],
    // Behind one of them somebody may answer.
    [['--max-dns-queries', '0', '--host-port', '7361'], 125, undefined],
  ])('with %j what is asked gets nowhere', async (words, status, queries) => {
    const ended = await offline('root', 'getent hosts name.example || true', words);
    expect(ended.status, ended.stderr).toBe(status);
    expect(ended.report.dns?.queries).toBe(queries);
  });
});
