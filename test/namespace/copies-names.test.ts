import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CgroupView } from '../../src/linux/cgroup/cgroup-view.js';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import type { Measurement } from '../../src/measurement/measurement.js';
import { measured, NETMETER, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once, until } from '../wait.js';
import { attachedTo } from './attached-to.js';
import { quieten } from './quiet.js';
import { measuredWithResolver } from './resolv.js';
import { Wire } from './wire.js';

/** Answers a question by what nobody asked for, and by what is no answer at all. */
const HOSTILE = `import os, socket, sys
server, victim = sys.argv[1:]
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind((server, 53))
print("up", flush=True)
question, peer = s.recvfrom(999)
def answer(head, name): return head + bytes.fromhex("81800001000100000000") + name + bytes.fromhex("00010001c00c000100010000001e0004") + socket.inet_aton(victim)
bad = b"\\3bad\\7example\\0"
for message in (answer(question[:2], bad), answer(b"xx", question[12:25]), b"", b"\\xff" * 700, question[:2] + b"\\x81\\x80" + b"\\xc0\\x0c" * 500, os.urandom(30000)):
    s.sendto(message, peer)`;
const JOINED = 'netmeter-names';

describePrivileged('in place, look-ups are seen by copies of their messages', () => {
  let wire: Wire;
  let servers: readonly ChildProcess[];
  beforeAll(async () => {
    wire = await Wire.lay(33);
    const zone = {
      'far.example': [
        ['A', wire.ipv4],
        ['AAAA', wire.ipv6],
      ],
      'www.far.example': [['CNAME', 'far.example']],
      'big.example': Array.from({ length: 60 }, (_, number) => ['TXT', `${number} `.padEnd(100, 'x')]),
    };
    // One across the wire, and one that is a stub on this machine.
    servers = [
      spawn('ip', ['netns', 'exec', wire.namespace, ...zoneServer(wire.ipv4, zone)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
      spawn('setpriv', ['--pdeathsig', 'KILL', ...zoneServer('127.0.0.54', zone)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    ];
    for (const server of servers) if (server.stdout) await once(server.stdout, 'data');
  });
  afterAll(async () => {
    for (const server of servers ?? []) server.kill('SIGKILL');
    await wire?.[Symbol.asyncDispose]();
  });

  const zoneServer = (address: string, zone: object) => [
    process.execPath,
    program('zone-server.js'),
    address,
    JSON.stringify(zone),
  ];
  const request = (address: string) => `python3 ${program('traffic.py')} requests ${address} 7000 1`;
  const lookUp = (name: string) =>
    `python3 -c 'import socket; socket.getaddrinfo("${name}", 80, type=socket.SOCK_STREAM)'`;
  const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  const namesOf = ({ remotes }: Measurement, address: string) =>
    remotes?.rows.find((row) => row.address === address && row.port === 7000)?.names;
  const IN_PLACE = ['--in-place', '--by', 'process'];

  test.each([
    ['a nameserver across the wire', () => wire.ipv4],
    ['a stub on this machine', () => '127.0.0.54'],
  ])('remotes have the names that were asked of %s', async (_, server) => {
    const { report, stderr } = await measuredWithResolver(
      `nameserver ${server()}\n`,
      [lookUp('www.far.example'), lookUp('far.example'), request(wire.ipv4), request(wire.ipv6)].join('\n'),
      IN_PLACE,
    );
    expect(report.method.name, stderr).toBe('cgroup');
    expect(namesOf(report, wire.ipv4)).toEqual(['www.far.example', 'far.example']);
    expect(namesOf(report, wire.ipv6)).toEqual(['www.far.example', 'far.example']);
    expect(report.dns).toMatchObject({ queries: 4, answered: 4, failed: 0, unanswered: 0, notFound: 0 });
    expect(report.dns?.averageMs).toBeGreaterThan(0);
  });

  test.each([
    ['in place', IN_PLACE],
    ['in a namespace of its own', []],
  ])('what the relay of a netmeter in the command passes on counts once: %s', async (_, outer) => {
    const inner = [process.execPath, NETMETER, '--deny', 'nobody.example', '--', 'sh', '-euc'].join(' ');
    const { report, stderr } = await measuredWithResolver(
      `nameserver ${wire.ipv4}\n`,
      `look_up() { ${inner} ${quoted(lookUp('far.example'))}; }; look_up; look_up`,
      [...outer, '--max-dns-queries', '4'],
    );
    // Each for an A and an AAAA.
    expect(report.dns, stderr).toMatchObject({ queries: 4, answered: 4, failed: 0, unanswered: 0 });
    expect(report.budget?.verdict).toBe('within');
  });

  test('over TCP too, where an answer is too big for a datagram; and names that do not exist', async () => {
    const job = `${process.execPath} -e '
      const { Resolver } = require("node:dns").promises; const resolver = new Resolver();
      (async () => {
        console.log((await resolver.resolveTxt("big.example")).length);
        await resolver.resolve4("missing.example").catch((error) => console.log(error.code));
      })()'`;
    const { report, stdout, stderr } = await measuredWithResolver(`nameserver ${wire.ipv4}\n`, job, IN_PLACE);
    expect(stdout, stderr).toBe('60\nENOTFOUND\n');
    // The big one is asked twice: over UDP, cut, and over TCP.
    expect(report.dns).toMatchObject({ queries: 3, answered: 3, notFound: 1, failed: 0, unanswered: 0 });
  });

  test('a limit on a name is kept', async () => {
    const script = `${lookUp('far.example')}\n${request(wire.ipv4)}`;
    const resolvConf = `nameserver ${wire.ipv4}\n`;
    const limited = (limit: string) =>
      measuredWithResolver(resolvConf, script, [...IN_PLACE, '--max-remote', `far.example=${limit}`]);
    const [within, beyond] = [await limited('1MB'), await limited('100B')];
    expect(within.report.budget?.verdict, within.stderr).toBe('within');
    expect(beyond.report.budget?.verdict, beyond.stderr).toBe('exceeded');
  });

  test('who is not answered, and what others ask', async () => {
    const ask = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(bytes.fromhex("123401000001000000000000") + b"\\3far\\7example\\0\\0\\1\\0\\1", ("${wire.near4}", 53))`;
    const other = spawn('sh', ['-c', `while :; do ${lookUp('far.example')}; done`], {
      stdio: 'ignore',
      detached: true,
    });
    try {
      const { report, stderr } = await measured(['python3', '-c', ask], IN_PLACE);
      expect(report.dns, stderr).toMatchObject({ queries: 1, answered: 0, unanswered: 1 });
    } finally {
      process.kill(-(other.pid ?? 0), 'SIGKILL');
    }
  });

  test('hostile answers end nothing, and give no name that was not asked for', async () => {
    const hostile = spawn('ip', ['netns', 'exec', wire.namespace, 'python3', '-c', HOSTILE, wire.ipv6, wire.ipv4], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      if (hostile.stdout) await once(hostile.stdout, 'data');
      const ask = `import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.connect(("${wire.ipv6}", 53))
s.send(bytes.fromhex("123401000001000000000000") + b"\\3far\\7example\\0\\0\\1\\0\\1")
for _ in range(6): s.recv(70000)`;
      const script = `python3 -c '${ask}'\n${request(wire.ipv4)}`;
      const { report, status, stderr } = await measured(['sh', '-euc', script], IN_PLACE);
      expect(status, stderr).toBe(0);
      expect(namesOf(report, wire.ipv4)).toEqual([]);
      // A datagram is longer than what is copied: what it said is not known.
      expect(report.dns).toMatchObject({ queries: null, answered: 0, unanswered: 1 });
      expect(report.warnings).toEqual([]);
    } finally {
      hostile.kill('SIGKILL');
    }
  });

  test.each<[string, (group: string, pid: number) => readonly string[]]>([
    ['a control group', (group) => ['--cgroup', group]],
    ['a process among others of its group, who ask too', (_, pid) => [`${pid}`]],
  ])('attached to %s, from then on', async (_, target) => {
    const group = `${CgroupHierarchy.open()?.folderOf('self')}/names`;
    mkdirSync(group);
    const ask = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("${wire.ipv4}", 53))
s.send(bytes.fromhex("123401000001000000000000") + b"\\3far\\7example\\0\\0\\1\\0\\1"); s.recv(999)`;
    const script = `echo $$ >${group}/cgroup.procs; echo up; read go; python3 -c '${ask}'; ${request(wire.ipv4)}`;
    const job = spawn('sh', ['-euc', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line = ''] = target('', 0).length > 1 ? [] : [`while :; do ${lookUp('www.far.example')}; done`];
    const others = spawn('sh', ['-c', `echo $$ >${group}/cgroup.procs; echo up; ${line}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    try {
      await Promise.all([once(job.stdout, 'data'), once(others.stdout, 'data')]);
      const metering = runToEnd(process.execPath, [
        NETMETER,
        'attach',
        ...target(group, job.pid ?? 0),
        '--report',
        '-',
      ]);
      await attachedTo(job.pid ?? 0);
      job.stdin.write('go\n');
      const { stdout, stderr } = await metering;
      const report = JSON.parse(stdout) as Measurement;
      expect(report.command.attached?.metered).toBe(line === '' ? 'cgroup' : 'tree');
      expect(namesOf(report, wire.ipv4), stderr).toEqual(['far.example']);
      expect(report.dns).toMatchObject({ queries: 1, answered: 1 });
    } finally {
      job.kill('SIGKILL');
      if (line !== '') process.kill(-(others.pid ?? 0), 'SIGKILL');
      await until('the group is empty', () => !CgroupView.open(group).isPopulated);
      rmdirSync(group);
    }
  });

  describe('in a namespace that is joined', () => {
    beforeAll(() => {
      spawnSync('sh', [
        '-euc',
        `ip netns add ${JOINED}; ${quieten(JOINED)}; ip -n ${JOINED} link set lo up
         ip link set ${wire.device} netns ${JOINED}
         ip -n ${JOINED} addr add ${wire.near4}/30 dev ${wire.device}; ip -n ${JOINED} link set ${wire.device} up`,
      ]);
      mkdirSync(`/etc/netns/${JOINED}`, { recursive: true });
      writeFileSync(`/etc/netns/${JOINED}/resolv.conf`, `nameserver ${wire.ipv4}\n`);
    });
    afterAll(() => {
      rmSync(`/etc/netns/${JOINED}`, { recursive: true });
      spawnSync('ip', ['netns', 'del', JOINED]);
    });

    test('names are seen as well', async () => {
      const script = `${lookUp('far.example')}\n${request(wire.ipv4)}`;
      const { report, stderr } = await measured(['sh', '-euc', script], ['--netns', JOINED, '--by', 'process']);
      expect(namesOf(report, wire.ipv4), stderr).toEqual(['far.example']);
      expect(report.dns).toMatchObject({ queries: 2, answered: 2 });
    });
  });
});
