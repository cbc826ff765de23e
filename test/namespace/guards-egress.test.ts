import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measured, NETMETER, netmeter, program, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { measuredWithResolver } from './resolv.js';
import { Wire } from './wire.js';

const TRAFFIC = program('traffic.py');

/** Names with an address each, to be asked for and reached at once. */
const CROWD = 60;

describePrivileged('--allow and --deny', () => {
  let wire: Wire;
  let other: Wire;
  let server: ChildProcess;
  const crowdAddress = (number: number) => `${wire.ipv6}:${(4096 + number).toString(16)}`;
  beforeAll(async () => {
    wire = await Wire.lay(33);
    other = await Wire.lay(34);
    const crowd = Array.from({ length: CROWD }, (_, number) => number);
    for (const number of crowd) wire.inServer(`ip addr add ${crowdAddress(number)}/64 dev far nodad`);
    const zone = {
      'far.example': [
        ['A', wire.ipv4],
        ['AAAA', wire.ipv6],
      ],
      'www.far.example': [['CNAME', 'edge.cdn.example']],
      'edge.cdn.example': [['A', wire.ipv4]],
      'start.example': [['CNAME', 'www.far.example']],
      'ads.example': [['A', other.ipv4]],
      'mapped.example': [['AAAA', `::ffff:${other.ipv4}`]],
      // Too big for a datagram: the resolver asks again over TCP.
      'big.example': [['A', wire.ipv4], ...Array.from({ length: 120 }, (_, number) => ['A', `192.0.2.${number + 1}`])],
      ...Object.fromEntries(crowd.map((number) => [`n${number}.crowd.example`, [['AAAA', crowdAddress(number)]]])),
    };
    const words = ['netns', 'exec', wire.namespace, process.execPath, program('zone-server.js'), wire.ipv4];
    server = spawn('ip', [...words, JSON.stringify(zone)], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.stdout) await once(server.stdout, 'data');
  });
  afterAll(async () => {
    server?.kill('SIGKILL');
    await wire?.[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
  });

  const get = (host: string) =>
    `python3 ${TRAFFIC} requests ${host} 7000 1 2>/dev/null && echo ${host} || echo no ${host};`;
  const run = (script: string, ...options: string[]) =>
    measuredWithResolver(`nameserver ${wire.ipv4}\noptions timeout:5\n`, script, options);

  test('a name that is allowed is reached at its first connect, another is refused and listed by name', async () => {
    const { stdout, stderr, report } = await run(
      `${get('far.example')} ${get('ads.example')}`,
      '--allow',
      'far.example',
    );
    expect(stdout, stderr).toBe('far.example\nno ads.example\n');
    expect(report.attempts).toEqual([
      { address: other.ipv4, protocol: 'tcp', port: 7000, packets: 1, names: ['ads.example'] },
    ]);
    expect(stderr).toContain(`blocked   tcp ${other.ipv4}:7000 (ads.example), 1 packet refused`);
    // Nothing was waited for.
    expect(report.dns).toMatchObject({ unanswered: 0 });
  });

  test('a command that is root cannot pretend to be the nameserver that is asked for it', async () => {
    const silent = `${wire.ipv4.replace(/\d+$/, '')}251`;
    const script = `python3 ${program('forge-answers.py')} ${silent} far.example ${other.ipv4} ${wire.near4}; ${get(other.ipv4)}`;
    const options = ['--allow', 'far.example'];
    const { stdout, report } = await measuredWithResolver(`nameserver ${silent}\n`, script, options);
    expect(stdout).toBe(`no ${other.ipv4}\n`);
    expect(report.dns).toMatchObject({ answered: 0 });
  });

  test('--redact hides the names of attempts', async () => {
    const { report } = await run(get('ads.example'), '--allow', 'far.example', '--redact');
    expect(report.attempts).toEqual([{ address: other.ipv4, protocol: 'tcp', port: 7000, packets: 1 }]);
  });

  test.each([
    ['a pattern, whatever aliases lead to the address', 'www.far.example', '*.far.example', true],
    ['a pattern stands for names below it alone', 'far.example', '*.far.example', false],
    ['capital letters', 'FAR.example', 'Far.Example.', true],
    ['an answer over TCP', 'big.example', 'big.example', true],
  ])('%s', async (_, host, allowed, reached) => {
    const { stdout, stderr } = await run(get(host), '--allow', allowed);
    expect(stdout, stderr).toContain(reached ? `${host}\n` : `no ${host}\n`);
    expect(stdout.startsWith('no ')).toBe(!reached);
  });

  test.each([
    ['that was asked for', 'www.far.example', 'www.far.example'],
    ['that its alias stands for', 'www.far.example', 'edge.cdn.example'],
    ['in the middle of a chain', 'start.example', 'www.far.example'],
    ['below a pattern', 'start.example', '*.cdn.example'],
  ])('a name is denied %s', async (_, host, denied) => {
    const { stdout, stderr, report } = await run(`${get(host)} ${get('ads.example')}`, '--deny', denied);
    expect(stdout, stderr).toBe(`no ${host}\nads.example\n`);
    expect(report.attempts).toEqual([expect.objectContaining({ address: wire.ipv4, port: 7000, names: [host] })]);
  });

  test('no answer is handed out before its addresses may be reached', async () => {
    const script = `
import socket
for number in range(${CROWD}):
  place = socket.getaddrinfo(f'n{number}.crowd.example', 7000, socket.AF_INET6, socket.SOCK_STREAM)[0][4]
  socket.create_connection(place[:2], 10).close()
`;
    const { status, stderr, report } = await run(`python3 -c "${script}"`, '--allow', '*.crowd.example');
    expect(status, stderr).toBe(0);
    expect(report.attempts).toEqual([]);
  });

  test('networks of both families, and what is denied within them', async () => {
    const hosts = [wire.ipv4, other.ipv4, wire.ipv6, other.ipv6];
    const options = ['--allow', '203.0.113.0/24', '--deny', `${other.ipv4}`, '--allow', `${other.ipv6}`];
    const { stdout, report } = await measured(['sh', '-c', hosts.map(get).join('')], options);
    expect(stdout).toBe([wire.ipv4, `no ${other.ipv4}`, `no ${wire.ipv6}`, other.ipv6, ''].join('\n'));
    expect(report.attempts?.map(({ address, packets }) => [address, packets]).sort()).toEqual(
      [
        [other.ipv4, 1],
        [wire.ipv6, 1],
      ].sort(),
    );
  });

  test.each(['--deny', '--allow'])(
    '%s an IPv4-mapped address, by itself and by a name that leads to it',
    async (option) => {
      const reached = (host: string) => (option === '--allow' ? `${host}\n` : `no ${host}\n`);
      const mapped = `::ffff:${other.ipv4}`;
      const { stdout, stderr } = await run(`${get(mapped)} ${get(other.ipv4)}`, option, mapped);
      expect(stdout, stderr).toBe(reached(mapped) + reached(other.ipv4));
      const named = await run(get('mapped.example'), option, 'mapped.example');
      expect(named.stdout, named.stderr).toBe(reached('mapped.example'));
    },
  );

  test('what was refused has not been sent: it is in no number, and breaks no limit of 0', async () => {
    const deny = ['--deny', other.ipv4, '--deny', other.ipv6];
    const limits = [other.ipv4, other.ipv6].flatMap((address) => ['--max-remote', `${address}=0`]);
    const udp = `python3 -c "import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'x', ('${other.ipv6}', 9))" 2>/dev/null || true`;
    const { status, report, stderr } = await measured(
      ['sh', '-c', `${get(other.ipv4)} ${get(other.ipv6)} ${udp}`],
      [...deny, ...limits, '--max-total', '0'],
    );
    expect(status, stderr).toBe(0);
    const { external } = report.traffic;
    expect([external.in.wireOctets, external.out.wireOctets]).toEqual([0, 0]);
    expect(report.remotes?.rows).toEqual([]);
    expect(report.attempts?.map(({ address, protocol }) => `${address} ${protocol}`).sort()).toEqual(
      [`${other.ipv4} tcp`, `${other.ipv6} tcp`, `${other.ipv6} udp`].sort(),
    );
  });

  test('what a packet socket sends past the rules inside is refused at the host', async () => {
    const script = `
import socket, struct
frames = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0x0800)
me = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); me.connect(('${wire.ipv4}', 9)); own = me.getsockname()[0]
body = struct.pack('!HHHH', 4000, 7000, 8, 0)
head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 28, 1, 0, 64, 17, 0, socket.inet_aton(own), socket.inet_aton('${other.ipv4}'))
total = sum(struct.unpack('!10H', head)); total = (total & 0xffff) + (total >> 16); check = ~((total & 0xffff) + (total >> 16)) & 0xffff
head = head[:10] + struct.pack('!H', check) + head[12:]
frames.bind(('nm4', 0x0800)); mac = frames.getsockname()[4]
frames.sendto(head + body, ('nm4', 0x0800, 0, 0, mac[:5] + bytes([mac[5] - 1])))
`;
    const { report, stderr } = await measured(['python3', '-c', script], ['--deny', other.ipv4]);
    expect(report.command.exit, stderr).toEqual({ kind: 'code', code: 0 });
    expect(report.attempts).toMatchObject([{ address: other.ipv4, protocol: 'udp', port: 7000, packets: 1 }]);
  });

  test('with --deny alone the rest is reached', async () => {
    const { stdout, stderr } = await run(`${get('far.example')} ${get('ads.example')}`, '--deny', 'ads.example');
    expect(stdout, stderr).toBe('far.example\nno ads.example\n');
  });

  test('datagrams are refused with an error; loopback and this host are left alone', async () => {
    const script = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('${wire.ipv4}', 7000))
try:
  s.send(b'x'); s.recv(10)
except OSError as error: print(type(error).__name__)
try: socket.create_connection(('${wire.near4}', 1), 5)
except ConnectionRefusedError: print('this host was asked')
`;
    const { stdout, stderr, report } = await measured(
      ['sh', '-c', `python3 -c "${script}"; python3 ${TRAFFIC} loopback 127.0.0.1 0 1000 && echo loopback`],
      ['--allow', '192.0.2.0/24'],
    );
    expect(stdout, stderr).toMatch(
      /^(OSError|PermissionError|ConnectionRefusedError)\nthis host was asked\nloopback\n$/,
    );
    expect(report.attempts).toMatchObject([{ address: wire.ipv4, protocol: 'udp', port: 7000 }]);
  });

  test('a resolver of this host that listens everywhere is asked through a relay all the same', async () => {
    const zone = JSON.stringify({ 'far.example': [['A', wire.ipv4]], 'ads.example': [['A', other.ipv4]] });
    const everywhere = spawn(process.execPath, [program('zone-server.js'), '0.0.0.0', zone], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(everywhere.stdout, 'data');
    try {
      const script = `${get('far.example')} ${get('ads.example')}`;
      const { stdout, stderr } = await measuredWithResolver('nameserver 127.0.0.1\n', script, [
        '--allow',
        'far.example',
      ]);
      expect(stdout, stderr).toBe('far.example\nno ads.example\n');
    } finally {
      everywhere.kill('SIGKILL');
    }
  });

  test('where look-ups cannot be seen no name is allowed: nothing runs, and the cure is reported', async () => {
    // Without resolv.conf there is no nameserver that could be reported.
    const line = 'cp -a /etc /tmp/own-etc; rm -f /tmp/own-etc/resolv.conf; mount --bind /tmp/own-etc /etc; exec "$@"';
    const words = [process.execPath, NETMETER, '--allow', 'far.example', '--', 'echo', 'ran'];
    const { status, stdout, stderr } = await runToEnd('unshare', ['--mount', 'sh', '-euc', line, 'sh', ...words]);
    rmSync('/tmp/own-etc', { recursive: true });
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toContain('look-ups cannot be seen here\n  Give addresses or networks instead of names');
  });

  test.each([
    ['offline', '--allow', 'far.example'],
    ['offline', '--enforce', '--max-in', '1'],
    ['host', '--rate-limit', '1MB/s'],
  ])('%s says that it has no %s', async (kind, ...words) => {
    const { status, stdout, stderr } = await netmeter(['--isolation', kind, ...words, '--', 'echo', 'ran']);
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toMatch(/^netmeter: --.*\n {2}((It|That) needs (veth|root)|Offline everything is refused anyway)/);
  });
});
