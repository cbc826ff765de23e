import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import type { Bypass } from '../../src/measurement/remotes.js';
import { measured, NETMETER, netmeter, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { Wire } from './wire.js';

/** What the command has left when it ends is looked at, and ended. */
const OPTIONS = ['--wait', 'command', '--grace', '0'];
const HOST = [...OPTIONS, '--isolation', 'host', '--baseline-idle', '0'];

/** Starts a program in the background, waits for its first line, says it, and leaves the program there. */
const left = (...argv: readonly string[]) => ['bash', '-c', 'read -r line < <("$@"); echo "$line"', 'bash', ...argv];
const leftNode = (script: string, ...words: readonly string[]) => left(process.execPath, '-e', script, ...words);

/** Starts processes of a name in the background, and leaves them there. */
const leftAsleep = (count = 1) => [
  'sh',
  '-c',
  `exec 3<&0; for each in $(seq ${count}); do sleep 1000 <&3 & until grep -q sleep /proc/$!/comm; do sleep 0.02; done; done`,
];

/** Connects with each path and stays; says its pid and its name, which is not the same in all versions of Node. */
const CLIENT = `
  const net = require('node:net');
  const who = process.pid + ' ' + require('node:fs').readFileSync('/proc/self/comm', 'utf8').trim();
  const connected = (path) => new Promise((resolve) => net.connect(path, resolve));
  Promise.all(process.argv.slice(1).map(connected)).then(() => console.log(who));`;
const client = (...paths: string[]) => leftNode(CLIENT, ...paths);

/** A server and its client in one tree, and a child on a socket pair. */
const OWN_SERVER = `
  const net = require('node:net');
  require('node:child_process').spawn('cat', { stdio: 'pipe' });
  net.createServer(() => {}).listen(process.argv[1], () => net.connect(process.argv[1], () => console.log('up')));`;

/** Whom a client says it is. */
const whoIs = (stdout: string) => {
  const [, pid, name] = /^(\d+) (.+)$/m.exec(stdout) ?? [];
  return { pid: Number(pid), name };
};

const kinds = (bypasses: readonly Bypass[] | null) => bypasses?.map(({ kind, leadsOut }) => [kind, leadsOut]);

describePrivileged('bypasses that no counter of the namespace sees', () => {
  let folder: string;
  let docker: string;
  let other: string;
  const servers: Server[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-bypasses-'));
    chmodSync(folder, 0o777);
    docker = join(folder, 'docker.sock');
    other = join(folder, 'other.sock');
    for (const path of [docker, other]) {
      const server = createServer(() => {}).listen(path);
      servers.push(server);
      await once(server, 'listening');
      chmodSync(path, 0o777);
    }
  });
  afterAll(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });

  describe('unix sockets', () => {
    test('a daemon of the host is reported with who opened it, another server in JSON alone', async () => {
      const { report, stdout, stderr } = await measured(client(docker, other), OPTIONS);
      const { pid, name } = whoIs(stdout);
      const seen = { kind: 'unix-socket', pid, name };
      expect(report.bypasses).toHaveLength(2);
      expect(report.bypasses).toContainEqual(
        expect.objectContaining({ ...seen, what: docker, service: 'docker', leadsOut: true }),
      );
      expect(report.bypasses).toContainEqual(
        expect.objectContaining({ ...seen, what: other, service: null, leadsOut: false }),
      );
      expect(stderr.replaceAll(/\n {12}/g, ' ')).toContain(`  unmetered ${docker} (pid ${pid} ${name})`);
      expect(stderr).not.toContain(other);
      for (const { firstSeenMs } of report.bypasses ?? [])
        expect(firstSeenMs).toBeLessThanOrEqual(report.command.durationMs);
    });

    test('a server and a pair inside are no bypasses', async () => {
      const own = join(folder, 'own-docker.sock');
      const { report, stderr } = await measured(leftNode(OWN_SERVER, own), OPTIONS);
      expect(report.bypasses).toEqual([]);
      expect(stderr).not.toContain('unmetered');
    });

    test('of a process in a namespace that the job has made', async () => {
      const { report } = await measured(['unshare', '--net', ...client(docker)], OPTIONS);
      expect(kinds(report.bypasses)).toEqual([
        ['child-namespace', false],
        ['unix-socket', true],
      ]);
    });

    test('one that was closed again, if it lasted', async () => {
      // Time: a look comes meanwhile, on a busy machine too: what is done here takes as long as many looks.
      const script = `exec 3< <("$@"); read -r line <&3; sleep 1; for each in 1 2 3 4 5 6 7 8; do ${process.execPath} -e 0; done
        kill -KILL $! && wait $! || echo "$line"`;
      const words = [process.execPath, '-e', CLIENT, docker];
      const { report, stdout } = await measured(['bash', '-c', script, 'bash', ...words], ['--interval', '100ms']);
      expect(report.bypasses).toEqual([expect.objectContaining({ what: docker, ...whoIs(stdout) })]);
    });

    test('for an ordinary user', async () => {
      const report = join(folder, 'user-report.json');
      const words = [NETMETER, ...OPTIONS, '--isolation', 'offline', '--report', report, '--', ...client(docker)];
      const become = ['--reuid', '12345', '--regid', '12345', '--clear-groups', '--'];
      const { stdout, stderr } = await runToEnd('setpriv', [...become, process.execPath, ...words], {
        env: { ...process.env, HOME: folder },
      });
      const { bypasses } = JSON.parse(readFileSync(report, 'utf8')) as Measurement;
      expect(bypasses, stderr).toEqual([expect.objectContaining({ what: docker, ...whoIs(stdout), leadsOut: true })]);
    });

    test('in place a daemon is one, whose traffic is not in the numbers; an own server is none', async () => {
      const { report, stdout, stderr } = await measured(client(docker), HOST);
      expect(report.bypasses).toEqual([expect.objectContaining({ what: docker, ...whoIs(stdout) })]);
      expect(stderr).toContain('  unmetered ');
      const own = await measured(leftNode(OWN_SERVER, join(folder, 'host-own.sock')), HOST);
      expect(own.report.bypasses).toEqual([]);
    });
  });

  describe('Internet sockets that are handed down', () => {
    test('a connection of the namespace outside', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      const outer = connect(port, '127.0.0.1');
      const [accepted] = (await once(server, 'connection')) as [Socket];
      const report = join(folder, 'inherited.json');
      try {
        const stdio = [accepted, 'pipe', 'pipe'] as const;
        const { stderr } = await netmeter([...OPTIONS, '--report', report, '--', ...leftAsleep()], {
          stdio: [...stdio],
        });
        const { bypasses } = JSON.parse(readFileSync(report, 'utf8')) as Measurement;
        const what = `tcp 127.0.0.1:${port} to 127.0.0.1:${outer.localPort}`;
        expect(bypasses).toEqual([
          expect.objectContaining({
            kind: 'inherited-socket',
            what,
            name: expect.stringMatching(/^(sh|sleep)$/),
            leadsOut: true,
          }),
        ]);
        const [{ pid, name } = {}] = bypasses ?? [];
        expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`unmetered inherited ${what} (pid ${pid} ${name})`);
      } finally {
        accepted.destroy();
        outer.destroy();
        server.close();
      }
    });

    test('the command’s own connections, made inside, are none', async () => {
      const script = `
        const net = require('node:net');
        const server = net.createServer(() => {}).listen(0, '127.0.0.1', () =>
          net.connect(server.address().port, '127.0.0.1', () => console.log('up')));`;
      const { report } = await measured(leftNode(script), OPTIONS);
      expect(report.bypasses).toEqual([]);
    });
  });

  describe('namespaces that the job makes', () => {
    let wire: Wire;
    beforeAll(async () => {
      wire = await Wire.lay(43);
    });
    afterAll(() => wire?.[Symbol.asyncDispose]());

    test('one without a way out is in JSON alone', async () => {
      const { report, stderr } = await measured(['unshare', '--net', ...leftAsleep()], OPTIONS);
      expect(report.bypasses).toEqual([
        expect.objectContaining({
          kind: 'child-namespace',
          what: expect.stringMatching(/^net:\[\d+\]$/),
          // Who was seen there first.
          name: expect.stringMatching(/^(unshare|sh|grep|sleep|seq)$/),
          leadsOut: false,
        }),
      ]);
      expect(stderr).not.toContain('unmetered');
    });

    test('back in the namespace outside', async () => {
      const { report, stderr } = await measured(
        ['nsenter', `--net=/proc/${process.pid}/ns/net`, ...leftAsleep()],
        OPTIONS,
      );
      expect(kinds(report.bypasses)).toEqual([['child-namespace', true]]);
      expect(stderr).toContain("netmeter's own (pid");
    });

    const OUT = ['nsenter', `--net=/proc/${process.pid}/ns/net`];
    /** A datagram for this machine's own discard port, and over at once. */
    const SEND = ['bash', '-c', 'echo >/dev/udp/127.0.0.1/9'];

    test.each([
      ['in', []],
      ['judged all the same', ['--ignore-bypasses']],
    ])('who is back outside for a moment between two looks is seen, with a limit: %s', async (_, ignore) => {
      const limits = ['--max-total', '1kB', '--max-loopback', '1kB', ...ignore];
      const { report, status, stderr } = await measured([...OUT, ...SEND], ['--interval', '1h', ...limits]);
      expect(report.bypasses).toEqual([
        expect.objectContaining({
          kind: 'child-namespace',
          what: expect.stringMatching(/^net:\[\d+\], netmeter's own$/),
          leadsOut: true,
          pid: expect.any(Number),
          name: expect.any(String),
        }),
      ]);
      const isJudged = ignore.length > 0;
      expect(report.budget?.limits.map(({ verdict }) => verdict)).toEqual([
        isJudged ? 'within' : 'unmeasured',
        'within',
      ]);
      expect(status).toBe(isJudged ? 0 : 125);
      expect(stderr.replaceAll(/\s+/g, ' ').includes('could go past the counters')).toBe(!isJudged);
    });

    test('a limit that is exceeded stays so, whatever else may have passed', async () => {
      const script = `${OUT.join(' ')} ${SEND[0]} -c '${SEND[2]}'; python3 ${program('traffic.py')} udp ${wire.ipv4} ${wire.port} 5`;
      const { report, status } = await measured(['sh', '-c', script], ['--max-total', '1kB']);
      expect(report.budget?.verdict).toBe('exceeded');
      expect(status).toBe(120);
    });

    test('a namespace that was left again before a look leads somewhere, as far as is known', async () => {
      const { report } = await measured(['unshare', '--net', ...SEND], ['--interval', '1h', '--max-total', '1kB']);
      expect(report.bypasses?.map(({ kind }) => kind)).toEqual(['child-namespace']);
    });

    test('many processes in the scope itself are none', async () => {
      const { report } = await measured(leftAsleep(3), OPTIONS);
      expect(report.bypasses).toEqual([]);
    });

    test('what a child sends through the scope is on the wire once, and in IpExt at both ends', async () => {
      const count = 50;
      const script = `
        unshare --net sleep 100 & child=$!
        while [ "$(readlink /proc/$child/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
        ip link add outer type veth peer name inner netns $child
        ip addr add 10.99.0.1/30 dev outer; ip link set outer up
        nsenter --net=/proc/$child/ns/net sh -c 'ip addr add 10.99.0.2/30 dev inner; ip link set inner up; ip route add default via 10.99.0.1'
        echo 1 >/proc/sys/net/ipv4/ip_forward
        nft 'add table ip t; add chain ip t p { type nat hook postrouting priority 100; }; add rule ip t p oifname "nm4" masquerade'
        ip_ext() { awk '/^IpExt: [0-9]/ { print $8, $9 }' /proc/net/netstat; }
        ip_ext
        nsenter --net=/proc/$child/ns/net python3 ${program('traffic.py')} udp ${wire.ipv4} ${wire.port} ${count}
        ip_ext`;
      const before = await wire.totals();
      const { report, stdout, stderr } = await measured(['sh', '-euc', script], OPTIONS);
      const after = await wire.totals();
      const truth = after['ipv4.out'][0] - before['ipv4.out'][0];
      expect(truth, stderr).toBeGreaterThan(0);
      expect(report.traffic.external.out.wireOctets).toBe(truth);
      const [inBefore = 0, outBefore = 0, inAfter = 0, outAfter = 0] = stdout
        .split('\n')
        .filter((line) => /^\d+ \d+$/.test(line))
        .flatMap((line) => line.split(' ').map(Number));
      const received = after['ipv4.in'][0] - before['ipv4.in'][0];
      // Forwarded both ways: what went out came in from the child first, and the other way round.
      expect([inAfter - inBefore, outAfter - outBefore]).toEqual([truth + received, truth + received]);
      // All that it moved has passed here.
      expect(report.bypasses).toEqual([expect.objectContaining({ kind: 'child-namespace', leadsOut: false })]);
      expect(stderr).not.toContain('unmetered');
    });
  });

  test('a command that is over at once has none, if it was looked at in time at all', async () => {
    const { report } = await measured(['true']);
    expect(report.bypasses ?? []).toEqual([]);
  });
});
