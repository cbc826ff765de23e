import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childrenOf } from '../../src/isolation/tools/holders/find-stopped.js';
import { readText } from '../../src/isolation/tools/read-text.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import { type Ended, NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { letPass, once, signalUntilGone, WAIT_MS } from '../wait.js';
import { guardianOf } from './guardian-of.js';
import { expectNoTraces, traces } from './leftovers.js';
import { endOf, listening } from './listening.js';
import { HeldJob } from './relays.js';
import { Wire } from './wire.js';

const USER = 'netmeter-user';
const USER_MODE = ['--isolation', 'user-mode'];

describePrivileged('user-mode isolation', () => {
  let wire: Wire;
  let uid: number;
  let tunMode: number;
  beforeAll(async () => {
    spawnSync('useradd', ['--create-home', '--shell', '/bin/sh', USER]);
    uid = Number(spawnSync('id', ['-u', USER], { encoding: 'utf8' }).stdout);
    // As distributions have it; some machines for tests keep it for root.
    tunMode = statSync('/dev/net/tun').mode;
    chmodSync('/dev/net/tun', 0o666);
    wire = await Wire.lay(11);
  });
  afterAll(async () => {
    await wire?.[Symbol.asyncDispose]();
    chmodSync('/dev/net/tun', tunMode & 0o777);
    spawnSync('userdel', ['--remove', USER]);
  });

  /** Runs something as the user, in the user's home, by what `before` has put into $within. */
  const asUser = (words: readonly string[], before = '') => {
    const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const become = `setpriv --reuid ${uid} --regid ${uid} --clear-groups env HOME=/home/${USER} USER=${USER}`;
    return runToEnd('unshare', ['--mount', 'sh', '-c', `${before}\ncd /home/${USER}; exec $within ${become} ${line}`]);
  };
  const meter = (...words: string[]) => [process.execPath, NETMETER, ...USER_MODE, ...words];

  async function measure(
    script: string,
    options: readonly string[] = [],
    before = '',
  ): Promise<Ended & { report: Measurement }> {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    chmodSync(folder, 0o777);
    try {
      const file = join(folder, 'report.json');
      const ended = await asUser(meter('--report', file, ...options, '--', 'sh', '-euc', script), before);
      expect(ended.stderr).toContain('method');
      return { ...ended, report: JSON.parse(readFileSync(file, 'utf8')) as Measurement };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  const traffic = (mode: string, address: string, count: number) =>
    `python3 ${program('traffic.py')} ${mode} ${address} 7000 ${count}`;

  test('each remote is reported with its share, and the shares sum up to the total', async () => {
    const { report } = await measure(
      `${traffic('download', wire.ipv4, 2_000_000)}; ${traffic('requests', wire.ipv6, 20)}; ${traffic('udp', wire.ipv4, 30)}`,
    );
    const { rows = [], unattributed } = report.remotes ?? {};
    const { external } = report.traffic;
    for (const way of ['in', 'out'] as const) {
      const sum = rows.reduce(
        (total, { wireOctets }) => total + (wireOctets[way] ?? Number.NaN),
        unattributed?.[way] ?? Number.NaN,
      );
      expect(sum).toBe(external[way].wireOctets);
    }
    const of = (address: string, protocol: string) =>
      rows.find((row) => row.address === address && row.protocol === protocol && row.port === 7000);
    expect(of(wire.ipv4, 'tcp')).toMatchObject({ payloadOctets: { in: 2_000_000, out: 12 }, connections: 1 });
    expect(of(wire.ipv6, 'tcp')).toMatchObject({ payloadOctets: { in: 10_000, out: 20 * 208 }, connections: 20 });
    expect(of(wire.ipv4, 'udp')).toMatchObject({ payloadOctets: { in: 0, out: 30_000 }, tcp: null });
    // Round trips are those to the transport, which answers at once.
    expect(of(wire.ipv6, 'tcp')?.tcp).toEqual({ retransmittedOctets: 0, rttMs: null, closed: 20 });
  });

  /** A kernel without nf_tables: socket(2), of NETLINK_NETFILTER. */
  const WITHOUT_NFTABLES = `within='python3 ${program('without-syscall.py')} ${process.arch === 'x64' ? 41 : 198}=12'`;
  /** Before Linux 5.6 (pidfd_getfd(2)). */
  const OLD_KERNEL = `within='python3 ${program('without-syscall.py')} 438'`;

  test('on an older kernel, too, remotes are counted inside', async () => {
    const { report, stderr } = await measure(traffic('requests', wire.ipv4, 2), [], OLD_KERNEL);
    expect(report.remotes?.evidence, stderr).toBe('kernel-counters');
    expect(report.remotes?.rows[0]).toMatchObject({ address: wire.ipv4, tcp: { closed: 2 } });
  });

  test('where nftables inside cannot be had the remotes are those of sampled sockets, and said to be', async () => {
    const { report } = await measure(traffic('requests', wire.ipv4, 2), [], WITHOUT_NFTABLES);
    expect(report.remotes).toMatchObject({ evidence: 'sampled-sockets', others: { isComplete: false } });
    expect(report.traffic.external.in.wireOctets).toBeGreaterThan(1000);
  });

  /** Segments that this test's machine has retransmitted. */
  const sentAgain = () => {
    const [names = [], values = []] = readFileSync('/proc/net/snmp', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('Tcp:'))
      .map((line) => line.split(' '));
    return Number(values[names.indexOf('RetransSegs')]);
  };

  /** Counted octets beside the capture's, of both families together. */
  async function compare(script: string, before = '') {
    const start = await wire.totals();
    const sentBefore = sentAgain();
    const { report, stderr } = await measure(script, [], before);
    const again = sentAgain() - sentBefore;
    const end = await wire.totals();
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    const truth = (way: 'in' | 'out') =>
      end[`ipv4.${way}`][0] - start[`ipv4.${way}`][0] + end[`ipv6.${way}`][0] - start[`ipv6.${way}`][0];
    const off = (way: 'in' | 'out') => (report.traffic.external[way].wireOctets ?? Number.NaN) - truth(way);
    return { report, again, truth: { in: truth('in'), out: truth('out') }, off: { in: off('in'), out: off('out') } };
  }

  const HIDE_PASTA = 'mount --bind /dev/null "$(command -v pasta)"';

  describe.each([
    ['pasta', ''],
    ['slirp4netns', HIDE_PASTA],
  ])('by %s', (tool, hide) => {
    const families = tool === 'pasta' ? [4, 6] : [4];
    const each = (mode: string, count: number) =>
      families.map((family) => traffic(mode, family === 4 ? wire.ipv4 : wire.ipv6, count));

    /** The bound knows of acknowledgements, which go at moments of the transport's own. */
    function expectWithinBound({ report, off }: Awaited<ReturnType<typeof compare>>) {
      for (const way of ['in', 'out'] as const)
        expect(Math.abs(off[way]), way).toBeLessThanOrEqual(report.method.errorBound[way] ?? 0);
    }

    /** Of bulk; slirp4netns may cut each segment in two. On a busy machine a transfer is cut otherwise, never by more. */
    const bulkBound = tool === 'pasta' ? 0.0101 : 0.0505;

    test.each([
      ['download', 'in'],
      ['upload', 'out'],
    ] as const)('%s: within what the report states of a capture at the far end', async (mode, way) => {
      const compared = await compare(each(mode, 10_000_000).join('\n'), hide);
      const { report, truth } = compared;
      expect(report.isolation).toMatchObject({ kind: 'user-mode', tool });
      expect(report.method.name).toBe('tap');
      expectWithinBound(compared);
      // Beyond that, acknowledgements, and what was retransmitted.
      const most = (bulkBound + 0.01) * truth[way] + Math.abs(compared.off[way]) + compared.again * 1500;
      expect(report.method.errorBound[way] ?? Number.NaN).toBeLessThan(most);
    });

    test('datagrams to a port where nobody listens: the errors that end at the transport are within the bound', async () => {
      const send = (address: string) => `python3 ${program('traffic.py')} udp ${address} 9 1;`;
      const script = families.map((family) => send(family === 4 ? wire.ipv4 : wire.ipv6)).join('\n');
      const compared = await compare(script.repeat(3), hide);
      expectWithinBound(compared);
      // The bound says something: it is not so far that nothing could be judged.
      expect(compared.report.method.errorBound.in).toBeLessThan(20_000);
    });

    test('datagrams larger than the MTU: within the bound, and reported where they are not carried', async () => {
      const compared = await compare(each('fragments', 10).join('\n'), hide);
      expectWithinBound(compared);
      const codes = compared.report.warnings.map(({ code }) => code);
      expect(codes.includes('FRAGMENTS_DROPPED')).toBe(tool === 'pasta');
    });

    test('small requests: acknowledgements go when the transport sends them, and the bound knows', async () => {
      expectWithinBound(await compare(each('requests', 200).join('\n'), hide));
    });

    test('both directions and small requests, one after the other', async () => {
      const load = [...each('download', 3_000_000), ...each('upload', 3_000_000), ...each('requests', 50)];
      expectWithinBound(await compare(load.join('\n'), hide));
    });

    test('what came for a reader that ends early is within the bound, with the reason', async () => {
      const compared = await compare(traffic('early', wire.ipv4, 20_000_000), hide);
      expectWithinBound(compared);
      expect(-compared.off.in).toBeGreaterThan(100_000);
      expect(compared.report.method.errorBound.in).toBeLessThan(1.1 * compared.truth.in);
      expect(compared.report.method.reasons?.join()).toContain('before all that had come for them was read');
    });

    test('what the far end sends twice, and the host drops, is within the bound', async () => {
      // Most acknowledgements are lost on their way to the server: it sends again what had come.
      wire.inServer(
        `nft add table inet loss '{ chain i { type filter hook input priority 0; tcp flags == ack limit rate over 4/second burst 1 packets drop; }; }'`,
      );
      try {
        const compared = await compare(each('download', 100_000).join('\n'), hide);
        expectWithinBound(compared);
      } finally {
        wire.inServer('nft delete table inet loss');
      }
    });

    test('nothing sent is nothing counted', async () => {
      // Time: nothing is sent meanwhile.
      const { report } = await measure('sleep 1.5', [], hide);
      expect([report.traffic.external.in.wireOctets, report.traffic.external.out.wireOctets]).toEqual([0, 0]);
    });
  });

  test('UDP is exact', async () => {
    const { off, truth } = await compare(`${traffic('udp', wire.ipv4, 200)}; ${traffic('udp', wire.ipv6, 200)}`);
    expect([off, truth.in]).toEqual([{ in: 0, out: 0 }, 0]);
  });

  test.each([
    ['exit 0', 0],
    ['exit 37', 37],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ])('%s ends with %i', async (script, status) => {
    expect((await asUser(meter('-q', '--', 'sh', '-c', script))).status).toBe(status);
  });

  test('with --kill the kernel refuses what a command that ignores SIGTERM goes on with', async () => {
    const { status, report, stdout, stderr } = await measure(
      // It ends by itself when nothing is had any more: the first time a transfer may be cut off in the middle.
      `trap '' TERM; refused=0; while [ $refused -lt 3 ]; do
         if ${traffic('download', wire.ipv4, 2_000_000)} 2>/dev/null; then refused=0; else refused=$((refused + 1)); fi
       done; echo refused`,
      ['--kill', '--max-total', '2MB', '--interval', '100ms', '--grace', `${WAIT_MS}ms`],
    );
    expect(status, stderr).toBe(120);
    expect(stdout).toBe('refused\n');
    expect(report.traffic.external.in.wireOctets).toBeGreaterThan(2_000_000);
  });

  test('the command is who it was, with its home, and without rights', async () => {
    const { stdout } = await asUser(
      meter('-q', '--', 'sh', '-c', 'id -u; id -g; echo $HOME; pwd; stat -c %U .; grep CapEff /proc/self/status'),
    );
    expect(stdout).toBe(`${uid}\n${uid}\n/home/${USER}\n/home/${USER}\n${USER}\nCapEff:\t0000000000000000\n`);
  });

  test.each([
    ['pasta', ''],
    ['slirp4netns', HIDE_PASTA],
  ])('%s does not outlive the run where its guardian is killed', async (tool, hide) => {
    const kill = 'kill -9 $(ps -eo pid,ppid,args | awk -v run=$PPID "\\$2 == run && /guardian.sh/ { print \\$1 }")';
    const transports = () => spawnSync('pgrep', ['-u', USER, '-x', tool], { encoding: 'utf8' }).stdout;
    const before = transports();
    const { stderr } = await asUser(meter('--', 'sh', '-c', kill), hide);
    expect(stderr).toContain(`by ${tool}`);
    expect(stderr).toContain('the process that cleans up after netmeter was ended');
    await expect.poll(transports).toBe(before);
  });

  test.each([
    ['ends', 'SIGKILL', 'pasta ended while the command ran'],
    ['is stopped', 'SIGSTOP', 'pasta was stopped by a signal'],
  ] as const)('a transport that %s takes the network along, and the report says so', async (_, signal, said) => {
    // Time: for netmeter to hear of it before its command ends.
    const words = meter('--', 'sh', '-c', 'echo up; read -r end; sleep 3');
    const job = spawn(process.execPath, words.slice(1), { stdio: 'pipe', uid, gid: uid, cwd: '/' });
    let stderr = '';
    job.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const closed = once(job, 'close');
    await once(job.stdout, 'data');
    const childrenOf = (pid: number | undefined) =>
      spawnSync('ps', ['-o', 'pid=,args=', '--ppid', `${pid}`], { encoding: 'utf8' }).stdout.split('\n');
    const pidOf = (lines: readonly string[], name: RegExp) =>
      Number.parseInt(lines.find((line) => name.test(line)) ?? '', 10);
    const transport = pidOf(childrenOf(pidOf(childrenOf(job.pid), /guardian\.sh/)), /pasta|passt/);
    process.kill(transport, signal);
    job.stdin.end('\n');
    await closed;
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(said);
  });

  test('what a refused connect looks like with this pasta is reported, and only then', async () => {
    const connect = (address: string) => `import socket; socket.create_connection(("${address}", 9), 2)`;
    const { report } = await measure(`python3 -c '${connect(wire.ipv4)}' 2>/dev/null || true`);
    const { stdout } = await runToEnd('pasta', ['--version']);
    const reported = report.warnings.some(({ code }) => code === 'OLD_PASTA');
    expect(reported).toBe(stdout.includes('unknown version'));
    expect((await measure(traffic('requests', wire.ipv4, 1))).report.warnings).toEqual([]);
  });

  test('names are asked for where the host asks', async () => {
    const server = spawn(
      'ip',
      [
        'netns',
        'exec',
        wire.namespace,
        'python3',
        program('name-server.py'),
        wire.ipv4,
        'crawled.example',
        '203.0.113.99',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const stub = spawn('python3', [program('name-server.py'), '127.0.0.112', 'crawled.example', '203.0.113.98'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      for (const child of [server, stub]) if (child.stdout) await once(child.stdout, 'data');
      mkdirSync(join(folder, 'run'));
      const lookup = `python3 -c 'import socket; print(socket.gethostbyname("crawled.example"))'; grep search /etc/resolv.conf`;
      const resolve = (nameserver: string) =>
        asUser(
          meter('-q', '--', 'sh', '-c', lookup),
          `printf 'nameserver ${nameserver}\\nsearch example.net\\n' >${folder}/resolv.conf; chmod 755 ${folder}; mount --bind ${folder}/resolv.conf "$(readlink -f /etc/resolv.conf)"; mount -t tmpfs tmpfs /run`,
        );
      const direct = await resolve(wire.ipv4);
      expect(direct.stdout, direct.stderr).toBe('203.0.113.99\nsearch example.net\n');
      const relayed = await resolve('127.0.0.112');
      expect(relayed.stdout, relayed.stderr).toBe('203.0.113.98\nsearch example.net\n');
    } finally {
      await Promise.all([server, stub].map((child) => signalUntilGone(child, 'SIGKILL')));
      rmSync(folder, { recursive: true });
    }
  });

  const withResolver = (nameserver: string, folder: string) =>
    `printf 'nameserver ${nameserver}\\noptions timeout:30\\n' >${folder}/resolv.conf; chmod 755 ${folder}; mount --bind ${folder}/resolv.conf "$(readlink -f /etc/resolv.conf)"; mount -t tmpfs tmpfs /run`;

  test('the relay of names answers the command alone: no other account of this machine, and counts none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    using job = new HeldJob();
    try {
      const ask = `const { Resolver } = require("node:dns").promises; new Resolver({ timeout: ${WAIT_MS} }).resolve4("host.netmeter.internal").then(([address]) => console.log(address))`;
      const running = measure(
        `${job.line}; ${process.execPath} -e '${ask}'`,
        ['--by', 'remote'],
        withResolver(wire.ipv4, folder),
      );
      await job.running();
      const ends = listening('udp')
        .filter((socket) => socket.uid === uid)
        .map(endOf);
      expect(ends).not.toEqual([]);
      expect(spawnSync('python3', [program('ask-relays.py'), ...ends], { encoding: 'utf8' }).stdout).toBe('0\n');
      job.goOn();
      const { report, stdout, stderr } = await running;
      expect(stdout, stderr).toMatch(/^\d+\.\d+\.\d+\.\d+\n$/);
      expect(report.dns).toMatchObject({ queries: 1, answered: 1 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ['pasta', '', [4, 6]],
    ['slirp4netns', HIDE_PASTA, [4]],
  ])('names that the command looks up are seen: by %s', async (_, hide, asking) => {
    const zone = {
      'far.example': [
        ['A', wire.ipv4],
        ['AAAA', wire.ipv6],
      ],
      'big.example': Array.from({ length: 60 }, (__, number) => ['TXT', `${number} `.padEnd(100, 'x')]),
    };
    const asked = `
      const { Resolver, lookup } = require('node:dns').promises; const resolver = new Resolver({ timeout: ${WAIT_MS} });
      (async () => {
        console.log((await lookup('far.example', 4)).address, (await resolver.resolveTxt('big.example')).length);
        await resolver.resolve4('missing.example').catch((error) => console.log(error.code));
      })()`.replace(/\s+/g, ' ');
    const script = `${process.execPath} -e "${asked}"; ${traffic('requests', wire.ipv4, 2)}`;
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    const inServer = ['netns', 'exec', wire.namespace, process.execPath, program('zone-server.js')];
    const servers = [
      ...[wire.ipv4, wire.ipv6].map((address) =>
        spawn('ip', [...inServer, address, JSON.stringify(zone)], { stdio: ['ignore', 'pipe', 'inherit'] }),
      ),
      spawn(process.execPath, [program('zone-server.js'), '127.0.0.113', JSON.stringify(zone)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    ];
    try {
      for (const child of servers) if (child.stdout) await once(child.stdout, 'data');
      for (const nameserver of [...asking.map((family) => (family === 4 ? wire.ipv4 : wire.ipv6)), '127.0.0.113']) {
        const resolver = `${hide ? `${hide}; ` : ''}${withResolver(nameserver, folder)}`;
        const { report, stdout, stderr } = await measure(script, ['--by', 'remote'], resolver);
        expect(stdout, stderr).toBe(`${wire.ipv4} 60\nENOTFOUND\n`);
        const row = report.remotes?.rows.find(({ port }) => port === 7000);
        expect(row).toMatchObject({ address: wire.ipv4, names: ['far.example'], connections: 2 });
        // Over UDP, and what was too big for it over TCP again.
        expect(report.dns).toMatchObject({ queries: 4, answered: 4, failed: 0, unanswered: 0 });
        const asks = report.remotes?.rows.filter(({ port }) => port === 53) ?? [];
        if (nameserver === '127.0.0.113') {
          expect(asks).toEqual([]);
          continue;
        }
        // The tap carries each question, to whom it was asked.
        expect(asks.map(({ address, protocol }) => `${address} ${protocol}`).sort()).toEqual([
          `${nameserver} tcp`,
          `${nameserver} udp`,
        ]);
        for (const { payloadOctets } of asks)
          expect(Math.min(payloadOctets.in ?? 0, payloadOctets.out ?? 0)).toBeGreaterThan(30);
        // To the octet what it carries without a relay, and without nftables there is none.
        const question = `python3 -c 'import socket; socket.gethostbyname("far.example")'`;
        const octets = async (before: string) => {
          const { traffic: counted, dns } = (await measure(question, ['--by', 'remote'], before)).report;
          return { seen: dns?.queries, out: counted.external.out.wireOctets, in: counted.external.in.wireOctets };
        };
        const { seen, ...relayed } = await octets(resolver);
        expect(seen).toBe(1);
        expect(await octets(`${resolver}; ${WITHOUT_NFTABLES}`)).toEqual({
          seen: undefined,
          ...relayed,
        });
      }
    } finally {
      await Promise.all(servers.map((child) => signalUntilGone(child, 'SIGKILL')));
      rmSync(folder, { recursive: true });
    }
  });

  test('where a firewall keeps questions from the relay, the command asks unchanged', async () => {
    const server = spawn(
      'ip',
      ['netns', 'exec', wire.namespace, 'python3', program('name-server.py'), wire.ipv4, 'crawled.example', wire.ipv4],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    const rule = 'iifname "lo" ip daddr != 127.0.0.0/8 udp dport > 1023 drop';
    spawnSync('nft', [`add table inet guard { chain i { type filter hook input priority 0; ${rule}; }; }`]);
    try {
      if (server.stdout) await once(server.stdout, 'data');
      const lookup = `python3 -c 'import socket; print(socket.gethostbyname("crawled.example"))'`;
      const { report, stdout } = await measure(lookup, ['--by', 'remote'], withResolver(wire.ipv4, folder));
      expect(stdout).toBe(`${wire.ipv4}\n`);
      expect(report).not.toHaveProperty('dns');
      expect(report.remotes?.rows.map(({ address, port }) => [address, port])).toEqual([[wire.ipv4, 53]]);
    } finally {
      spawnSync('nft', ['delete table inet guard']);
      await signalUntilGone(server, 'SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });

  test('a service on the host’s loopback is reached when asked for, and not else', async () => {
    const service = spawn('python3', [program('far-end.py'), 'lo', '7611'], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      if (service.stdout) await once(service.stdout, 'data');
      const script = `python3 ${program('traffic.py')} requests 127.0.0.1 7611 3`;
      const { report, status } = await measure(script, ['--host-port', '7611']);
      expect(status).toBe(0);
      expect(report.traffic.hostLocal?.in.wireOctets).toBeGreaterThan(3 * 500);
      expect((await asUser(meter('-q', '--', 'sh', '-c', script))).status).toBe(1);
    } finally {
      service.kill('SIGKILL');
    }
  });

  test('a published port leads to the command', async () => {
    const line = [...meter('-q', '-p', '7612:7000', '--', 'python3', '-m', 'http.server', '7000')]
      .map((word) => `'${word}'`)
      .join(' ');
    const job = spawn('sh', ['-c', `cd /home/${USER}; exec ${line} 2>/dev/null`], { uid, gid: uid, stdio: 'ignore' });
    try {
      const ask = () => spawnSync('curl', ['-sS', '-m', '5', 'http://127.0.0.1:7612/'], { encoding: 'utf8' }).stdout;
      await expect.poll(ask).toContain('Directory listing');
    } finally {
      const gone = once(job, 'exit');
      job.kill('SIGTERM');
      await gone;
    }
  });

  test.each(['127.0.0.1', '::1'])('a port that is taken on %s is not published', async (address) => {
    const listen = `import socket; s = socket.create_server(("${address}", 7613), family=socket.AF_INET${address === '::1' ? '6' : ''}); print("up", flush=True); s.accept()`;
    const other = spawn('python3', ['-c', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(other.stdout, 'data');
      const { status, stderr } = await asUser(meter('-p', '7613:7000', '--', 'true'));
      expect({ status, stderr }).toMatchObject({ status: 125, stderr: expect.stringContaining('port 7613') });
    } finally {
      other.kill('SIGKILL');
    }
  });

  test('nor one that is for root', async () => {
    const { status, stderr } = await asUser(meter('-p', '80:7000', '--', 'true'));
    expect({ status, stderr }).toMatchObject({ status: 125, stderr: expect.stringContaining('port 80') });
  });

  test('what stands in the way is reported with its cure', async () => {
    const closed = await asUser(
      meter('--', 'true'),
      'mount -t tmpfs -o dev tmpfs /mnt; mknod -m 600 /mnt/tun c 10 200; mount --bind /mnt/tun /dev/net/tun',
    );
    expect(closed.status).toBe(125);
    expect(closed.stderr).toContain('chmod 666 /dev/net/tun');
    const bare = await asUser(meter('--', 'true'), `${HIDE_PASTA}; mount --bind /dev/null "$(command -v slirp4netns)"`);
    expect(bare.status).toBe(125);
    expect(bare.stderr).toContain('apt-get install passt');
  });

  test('nor is the command another account’s, which no namespace of a user has', async () => {
    for (const isolation of ['user-mode', 'offline']) {
      const words = [process.execPath, NETMETER, '--isolation', isolation, '--user', 'nobody', '--', 'true'];
      const { status, stderr } = await asUser(words);
      expect({ status, stderr }).toMatchObject({ status: 125, stderr: expect.stringContaining("as 'nobody'") });
    }
  });

  test('by `sudo -u` it is the account that sudo has made, not who called', async () => {
    const by = ['env', 'SUDO_UID=65534', 'SUDO_GID=65534', 'SUDO_USER=nobody'];
    const { status, stdout } = await asUser([...by, ...meter('-q', '--', 'id', '-u')]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${uid}\n` });
  });

  test('never as root', async () => {
    const { status, stderr } = await runToEnd(process.execPath, [NETMETER, ...USER_MODE, '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toContain('not for root');
  });

  test.each([
    ['pasta', ''],
    ['slirp4netns', HIDE_PASTA],
  ])('%s ends with netmeter and its guardian that are killed at the same instant', async (_, hide) => {
    const before = traces();
    const become = `setpriv --reuid ${uid} --regid ${uid} --clear-groups env HOME=/home/${USER}`;
    const words = meter('-q', '--', 'sh', '-c', 'echo up; exec sleep 1000.5');
    const job = spawn('unshare', ['--mount', 'sh', '-c', `${hide}\nexec ${become} "$@"`, 'sh', ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: '/',
    });
    await once(job.stdout, 'data');
    const guardian = guardianOf(job);
    const transports = childrenOf(guardian);
    expect(transports).toHaveLength(1);
    const gone = once(job, 'exit');
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const)
      for (const pid of [job.pid ?? 0, guardian]) process.kill(pid, signal);
    await gone;
    await expect.poll(() => transports.filter((pid) => readText(`/proc/${pid}/cmdline`))).toEqual([]);
    await expectNoTraces(before);
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('nothing is left behind after %s', async (signal) => {
    const before = traces();
    const command = ['sh', '-c', 'setsid sleep 1000.5 & echo up; exec sleep 1000.5'];
    const words = meter('-q', '--grace', '0', '--', ...command);
    const job = spawn(process.execPath, words.slice(1), {
      stdio: ['ignore', 'pipe', 'inherit'],
      uid,
      gid: uid,
      cwd: '/',
    });
    await once(job.stdout, 'data');
    // The command ends of the first; its daemon is waited for until a second.
    await signalUntilGone(job, signal);
    await expectNoTraces(before);
  });

  test.each([0, 30, 60, 90, 120, 150])('nothing is left behind after SIGKILL %i ms after the start', async (ms) => {
    const before = traces();
    const job = spawn(process.execPath, meter('-q', '--', 'sleep', '1000.5').slice(1), {
      stdio: 'ignore',
      uid,
      gid: uid,
      cwd: '/',
    });
    const gone = once(job, 'exit');
    await letPass(ms);
    job.kill('SIGKILL');
    await gone;
    await expectNoTraces(before);
  });
});
