import { expect, test } from 'vitest';
import { ROOT, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

/**
 * Runs the words in a root folder with Node, its libraries and the package in it and nothing else, which cannot be
 * written to: as a user that the system does not know, without any capability and without a way to get one, or as root.
 */
const SLIM = `
  root=/mnt; mount -t tmpfs tmpfs "$root"; cd "$root"
  mkdir -p proc dev app usr/bin; : >dev/null
  cp "$NODE" usr/bin/node
  for file in $(ldd "$NODE" | grep -o '/[^ ]*'); do mkdir -p ".\${file%/*}"; cp "$file" ".$file"; done
  cp -r "$ROOT"bin "$ROOT"dist "$ROOT"package.json app/
  [ -z "$AS_ROOT" ] || { mkdir app/node_modules; cp -r "$ROOT"node_modules/@koromix app/node_modules/; }
  [ -z "$SHELL_TOO" ] || { cp /bin/sh usr/bin/sh; for file in $(ldd /bin/sh | grep -o '/[^ ]*'); do cp "$file" ".$file"; done; }
  mount -t proc proc proc; mount --bind /dev/null dev/null; mount -o remount,ro "$root"
  [ -z "$AS_ROOT" ] || exec chroot . /usr/bin/node /app/bin/netmeter.js "$@"
  exec setpriv --bounding-set=-all,+sys_chroot,+setuid,+setgid --inh-caps=-all --no-new-privs \\
    chroot --userspec=12345:12345 --groups= . /usr/bin/node /app/bin/netmeter.js "$@"`;

const slim = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runToEnd('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-euc', SLIM, 'slim', ...words], {
    env: { PATH: process.env['PATH'] ?? '', NODE: process.execPath, ROOT, SHELL_TOO: '', AS_ROOT: '', ...env },
  });

const HOST = ['--isolation', 'host', '--baseline-idle', '50ms', '--report', '-'];
const node = (script: string) => ['--', '/usr/bin/node', '-e', script];

/** Sends and receives 30 datagrams on loopback, and says who it is. */
const LOOPBACK = `
  const { readFileSync } = require('node:fs');
  const status = readFileSync('/proc/self/status', 'latin1');
  console.error(['Uid', 'CapEff', 'CapPrm', 'NoNewPrivs'].map((key) => status.match(key + ':\\\\s*(\\\\w+)')[1]).join(' '));
  const socket = require('node:dgram').createSocket('udp4');
  let left = 30;
  const send = () => socket.send(Buffer.alloc(1000), socket.address().port, '127.0.0.1');
  socket.on('message', () => (--left > 0 ? send() : socket.close()));
  socket.bind(0, '127.0.0.1', send);
  process.exitCode = 7;`;

describePrivileged('host isolation in a slim image', () => {
  test('counts, reports and hands on the exit status', async () => {
    const { stdout, stderr, status } = await slim([...HOST, ...node(LOOPBACK)]);
    expect(status, stderr).toBe(7);
    expect(stderr).toContain('12345 0000000000000000 0000000000000000 1\n');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ isolation: { kind: 'host' }, command: { exit: { kind: 'code', code: 7 } } });
    expect(report.traffic.loopback.in.ipOctets).toBeGreaterThanOrEqual(30 * 1028);
    expect(report.contamination.idleOctets).not.toBeNull();
  });

  test('the summary needs no package beside it', async () => {
    const { stderr, status } = await slim(['--isolation', 'host', '--baseline-idle', '0', ...node('')]);
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/^ {2}in {2,}/m);
  });

  test.each([
    ['without a shell', {}],
    ['with one', { SHELL_TOO: 'yes' }],
  ])('%s a daemon is ended with --wait command', async (_, env) => {
    const daemon = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).unref();`;
    // It would be waited for, for ever.
    const { status, stderr } = await slim([...HOST, '--wait', 'command', '--grace', '100ms', ...node(daemon)], env);
    expect(status, stderr).toBe(0);
  });

  test('where no namespace can be made it is measured in place, and said why', async () => {
    const { stdout, stderr, status } = await slim(['--baseline-idle', '0', '--report', '-', ...node('')]);
    expect(status, stderr).toBe(0);
    const { isolation, warnings } = JSON.parse(stdout);
    expect(isolation.kind).toBe('host');
    const reasons = warnings.find(({ code }: { code: string }) => code === 'IN_PLACE')?.message;
    for (const reason of ['needs root', 'sudo is not installed']) expect(reasons).toContain(reason);
  });

  test('a namespace that is asked for is refused, and the host is offered', async () => {
    const { stderr, status } = await slim(['--isolation', 'veth', ...node('')]);
    expect(status).toBe(125);
    expect(stderr).toContain('--in-place');
  });

  test.each([
    [['--user', '1:1'], 'CAP_SETUID'],
    [['--netns', '/proc/1/ns/net'], 'needs root'],
  ])('%j is refused with what is missing', async (words, message) => {
    const { stderr, status } = await slim([...(words[0] === '--user' ? HOST : []), ...words, ...node('')]);
    expect(status).toBe(125);
    expect(stderr).toContain(message);
  });
});

describePrivileged('offline as root in a slim image', () => {
  const OFFLINE = ['--isolation', 'offline', '--report', '-'];

  test.each([
    ['without a shell', {}],
    ['with one', { SHELL_TOO: 'yes' }],
  ])('%s what leads outside is refused and listed, and loopback works', async (_, env) => {
    const script = `
      const tried = require('node:dgram').createSocket('udp4');
      tried.send('x', 9, '192.0.2.9', (error) => {
        console.error(error.code);
        tried.close();
        const { Server, connect } = require('node:net');
        const server = new Server((socket) => socket.end('x'.repeat(1000)) && server.close());
        server.listen(0, '::1', () => connect(server.address().port, '::1').resume());
      });`;
    const { stdout, stderr, status } = await slim([...OFFLINE, ...node(script)], { AS_ROOT: 'yes', ...env });
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/^EPERM\n/);
    const { attempts, traffic, warnings } = JSON.parse(stdout);
    expect(attempts).toEqual([{ address: '192.0.2.9', protocol: 'udp', port: 9, packets: 1 }]);
    expect(traffic.loopback.in.ipOctets).toBeGreaterThan(1000);
    expect(warnings).toEqual([]);
  });

  test('a port of the host can be offered', async () => {
    const script = `
      require('node:net').connect(7413, '127.0.0.1').once('data', (data) => process.exit(String(data) === 'host' ? 7 : 1));`;
    const { Server } = await import('node:net');
    const service = new Server((socket) => socket.end('host')).listen(7413, '127.0.0.1');
    try {
      const words = [...OFFLINE, '--host-port', '7413', ...node(script)];
      const { status, stderr } = await slim(words, { AS_ROOT: 'yes' });
      expect(status, stderr).toBe(7);
    } finally {
      service.close();
    }
  });
});
