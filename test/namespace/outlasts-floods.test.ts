import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NETMETER, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { PYTHON } from '../tools.js';
import { letLook, once } from '../wait.js';
import { Wire } from './wire.js';

/** Few files may be open: a flood that takes them all is over in a moment. */
const FILES = 256;

/** More questions than that, at a server that never answers, each of which is waited for. */
const ASKS = (server: string) => `import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number in range(2000):
  s.sendto(struct.pack('!6H', number, 256, 1, 0, 0, 0) + b'\\3abc\\7example\\0\\0\\1\\0\\1', ('${server}', 53))
  if number % 50 == 49:
    # Time: the relay takes them from its buffer meanwhile.
    import time; time.sleep(0.01)`;

const SERVES = `import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 80)); print('serves', flush=True)
sys.stdin.readline()`;

/** Each datagram comes from a port of its own. */
const FLOODS = `import socket
for _ in range(1000):
  with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s: s.sendto(b'x', ('127.0.0.1', 7253))`;

describePrivileged('no flood takes the descriptors that a verdict needs', () => {
  let folder: string;
  let report: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    report = join(folder, 'report.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const limited = (line: string) => ['-euc', `ulimit -n ${FILES}; ${line} exec "$@"`, 'sh'];
  const verdict = () => (existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).budget.verdict : undefined);

  test('of questions at a server that does not answer', async () => {
    await using wire = await Wire.lay(44);
    wire.inServer("nft 'table inet silent { chain in { type filter hook input priority 0; udp dport 53 drop; }; }'");
    writeFileSync(join(folder, 'resolv.conf'), `nameserver ${wire.ipv4}\n`);
    const covered = `mount --bind ${folder}/resolv.conf "$(readlink -f /etc/resolv.conf)";`;
    const words = [process.execPath, NETMETER, '--deny', 'x.example', '--max-total', '1GB', '--report', report, '--'];
    const job = ['python3', '-c', ASKS(wire.ipv4)];
    const ended = await runToEnd('unshare', ['--mount', 'sh', ...limited(covered), ...words, ...job]);
    expect(ended.stderr).not.toContain('EMFILE');
    expect(verdict()).toBeDefined();
  });

  test('of datagrams of another user to a published port', async () => {
    const words = ['--publish', '127.0.0.1:7253:80/udp', '--max-total', '1GB', '--report', report];
    const job = ['--', 'python3', '-c', SERVES];
    const run = spawn('sh', [...limited(''), process.execPath, NETMETER, ...words, ...job], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(run.stdout, 'data');
    const ended = once(run, 'exit');
    const flood = ['--reuid=65534', '--clear-groups', PYTHON, '-c', FLOODS];
    expect(await runToEnd('setpriv', flood)).toMatchObject({ status: 0, stderr: '' });
    await letLook();
    run.stdin.end('\n');
    expect(await ended).toEqual([0, null]);
    expect(verdict()).toBe('within');
  });
});
