import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Measurement } from '../../src/measurement/measurement.js';
import { program } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { listening } from './listening.js';
import { HeldJob, listeningRelays } from './relays.js';
import { measuredWithResolver } from './resolv.js';
import { Wire } from './wire.js';

/** Where names decide a relay has each answer before the command. */
const BY_RELAY = ['--deny', 'nobody.example'];

const FLOODS = `import socket, sys
for end in sys.argv[1:]:
  address, port = end.rsplit(":", 1)
  s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect((address, int(port)))
  for _ in range(100000): s.send(bytes(400))`;

describePrivileged('names that the command looks up are seen, and its questions pass as they are', () => {
  let wire: Wire;
  let server: ChildProcess;
  beforeAll(async () => {
    wire = await Wire.lay(23);
    const zone = {
      'far.example': [
        ['A', wire.ipv4],
        ['AAAA', wire.ipv6],
      ],
      'www.far.example': [['CNAME', 'edge.far.example']],
      'edge.far.example': [['A', wire.ipv4]],
      'big.example': Array.from({ length: 60 }, (_, number) => ['TXT', `${number} `.padEnd(100, 'x')]),
      '_http._tcp.example': [['SRV', { port: 80, weight: 1, priority: 2, target: 'far.example' }]],
      'mail.example': [['MX', { preference: 5, exchange: 'far.example' }]],
      'host.search.example': [['A', '203.0.113.250']],
      [`${wire.ipv4.split('.').reverse().join('.')}.in-addr.arpa`]: [['PTR', 'reverse.far.example']],
    };
    server = await nameServer(wire.ipv4, zone);
  });
  afterAll(async () => {
    server?.kill('SIGKILL');
    await wire?.[Symbol.asyncDispose]();
  });

  async function nameServer(address: string, zone: object): Promise<ChildProcess> {
    const words = ['netns', 'exec', wire.namespace, process.execPath, program('zone-server.js'), address];
    const child = spawn('ip', [...words, JSON.stringify(zone)], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout) await once(child.stdout, 'data');
    return child;
  }

  /** A job of Node's resolver, which reads resolv.conf and knows all record types. */
  const job = (body: string) => `${process.execPath} -e '
    const { Resolver } = require("node:dns").promises; const resolver = new Resolver();
    (async () => { ${body} })()'`;

  const namesOf = ({ remotes }: Measurement, address: string, port: number) =>
    remotes?.rows.find((row) => row.address === address && row.port === port)?.names;

  test('a remote has the names by which it was asked for, whatever aliases resolved to it', async () => {
    const lookups = ['www.far.example', 'far.example', 'FAR.example'].map(
      (name) => `python3 -c 'import socket; socket.getaddrinfo("${name}", 80)'`,
    );
    const requests = `python3 ${program('traffic.py')} requests ${wire.ipv4} 7000 1; python3 ${program('traffic.py')} requests ${wire.ipv6} 7000 1`;
    const { report, stderr } = await measuredWithResolver(
      `nameserver ${wire.ipv4}\n`,
      `${lookups.join('; ')}; ${requests}`,
    );
    expect(namesOf(report, wire.ipv4, 7000), stderr).toEqual(['www.far.example', 'far.example']);
    expect(namesOf(report, wire.ipv6, 7000)).toEqual(['far.example']);
    expect(stderr).toMatch(/www\.far\.example:7000 \+1 .* 1 conn/);
    expect(report.dns).toMatchObject({ queries: 6, answered: 6, failed: 0, unanswered: 0 });
  });

  test.each(Array.from({ length: 8 }, (_, run) => run))(
    'a first look-up at once is seen, in each run (%i)',
    async (number) => {
      const { report, stderr } = await measuredWithResolver(
        `nameserver ${wire.ipv4}\n`,
        `bash -c "exec 3<>/dev/tcp/far.example/7000"`,
        number % 2 === 0 ? [] : BY_RELAY,
      );
      const [first] = report.remotes?.rows.filter(({ port }) => port === 7000) ?? [];
      expect(first?.names, stderr).toEqual(['far.example']);
      expect(report.dns?.queries).toBe(2);
    },
  );

  test('questions to a nameserver that is not the command’s make their number unknown, not 0', async () => {
    const ask = `resolver.setServers(["${wire.ipv4}"]); await resolver.resolve4("far.example");`;
    const { report, status, stderr } = await measuredWithResolver(`nameserver ${wire.near4}\n`, job(ask), [
      '--max-dns-queries',
      '5',
    ]);
    expect(report.remotes?.rows.map(({ port }) => port)).toEqual([53]);
    expect(report.dns).toMatchObject({ queries: null, answered: 0 });
    expect(report.budget?.verdict, stderr).toBe('unmeasured');
    expect(status).toBe(125);
  });

  test('every record type, answers too big for UDP, and names that do not exist', async () => {
    const { report, stdout, stderr } = await measuredWithResolver(
      `nameserver ${wire.ipv4}\n`,
      job(`
        console.log((await resolver.resolveTxt("big.example")).length);
        console.log(JSON.stringify(await resolver.resolveSrv("_http._tcp.example")));
        console.log(JSON.stringify(await resolver.resolveMx("mail.example")));
        await resolver.resolve4("missing.example").catch((error) => console.log(error.code));`),
    );
    expect(stdout, stderr).toBe(
      [
        '60',
        '[{"name":"far.example","port":80,"priority":2,"weight":1}]',
        '[{"exchange":"far.example","priority":5}]',
        'ENOTFOUND',
        '',
      ].join('\n'),
    );
    // The big one is asked twice: over UDP, cut, and over TCP.
    expect(report.dns).toMatchObject({ queries: 5, answered: 5, notFound: 1, failed: 0 });
    expect(report.remotes?.rows.find(({ protocol, port }) => protocol === 'tcp' && port === 53)?.connections).toBe(1);
  });

  test('a run that needs no relay has none, and this machine’s name where it wants its ports', async () => {
    using job = new HeldJob();
    const running = measuredWithResolver(
      `nameserver ${wire.ipv4}\n`,
      `${job.line}; python3 -c 'import socket; socket.getaddrinfo("far.example", 80)'; getent hosts host.netmeter.internal || echo none`,
    );
    const gateway = await job.running();
    const sockets = [...listening('udp'), ...listening('tcp')];
    expect(sockets.filter(({ local }) => local.address === gateway)).toEqual([]);
    job.goOn();
    const { report, stdout } = await running;
    expect(report.dns).toMatchObject({ answered: report.dns?.queries, notFound: 2 });
    expect(stdout).toBe('none\n');
  });

  test('questions to another nameserver than the command’s are seen too', async () => {
    const ask = `resolver.setServers(["${wire.ipv4}"]); await resolver.resolve4("far.example");`;
    const { report } = await measuredWithResolver(`nameserver ${wire.ipv6}\n`, job(ask));
    expect(report.dns).toMatchObject({ queries: 1, answered: 1 });
  });

  test.each(
    ['one_call', 'syn', 'one_identifier', 'unanswered', 'loopback'].flatMap((way) => [
      ['copies', way, []] as const,
      ['a relay', way, BY_RELAY] as const,
    ]),
  )('by %s: questions are as many as they are, sent as %s', async (_, way, options) => {
    wire.inServer('sysctl -qw net.ipv4.tcp_fastopen=1537');
    const ask = `python3 ${program('ask-oddly.py')} ${wire.ipv4} ${way} far.example`;
    const { report, stdout, stderr } = await measuredWithResolver(`nameserver ${wire.ipv4}\n`, ask, options);
    expect(`${report.dns?.queries}\n`, stderr).toBe(stdout);
    expect(namesOf(report, wire.ipv4, 7000) ?? []).toEqual([]);
  });

  test('questions that a relay has no room for make their number unknown', async () => {
    const flood = `python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("${wire.near4}", 53))
for i in range(30000):
  try: s.send(bytes(1000))
  except OSError: pass'`;
    const { report, stderr } = await measuredWithResolver(`nameserver ${wire.near4}\n`, flood, BY_RELAY);
    expect(report.dns?.queries, stderr).toBeNull();
  });

  test('this machine has a name too where a relay answers, without a file of names', async () => {
    const { stdout } = await measuredWithResolver(
      `nameserver ${wire.ipv4}\n`,
      `getent ahosts host.netmeter.internal | sed 's/ .*//' | sort -u; echo "$NETMETER_HOST"`,
      BY_RELAY,
    );
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, -1)).toContain(lines.at(-1));
    expect(lines.some((line) => line.startsWith('fd6e:'))).toBe(true);
  });

  test('reverse zones are asked only when that is wanted, and a name from there is marked', async () => {
    const script = `python3 ${program('traffic.py')} requests ${wire.ipv4} 7000 1`;
    const resolvConf = `nameserver ${wire.ipv4}\n`;
    const before = await measuredWithResolver(resolvConf, script);
    expect(before.report.remotes?.rows[0]).not.toHaveProperty('reverseName');
    const { report, stderr } = await measuredWithResolver(resolvConf, script, ['--reverse-dns']);
    expect(report.remotes?.rows[0]).toMatchObject({ names: [], reverseName: 'reverse.far.example' });
    expect(stderr).toContain('reverse.far.example (PTR):7000');
    // netmeter's own question is none of the command's.
    expect(report.dns?.queries).toBe(0);
    expect(report.remotes?.rows).toHaveLength(1);
  });

  test('search domains are asked unchanged; the name that had an answer is shown', async () => {
    const { report, stdout } = await measuredWithResolver(
      `nameserver ${wire.ipv4}\nsearch search.example\n`,
      `python3 -c 'import socket; print(socket.gethostbyname("host"))'`,
    );
    expect(stdout).toBe('203.0.113.250\n');
    expect(report.dns?.answered).toBeGreaterThan(0);
  });

  test('a nameserver that is not there costs no more than it does without netmeter, and the next one is asked', async () => {
    const { stdout, report } = await measuredWithResolver(
      `nameserver ${wire.near4}\nnameserver ${wire.ipv4}\noptions timeout:30\n`,
      `python3 -c '
import socket
print(socket.gethostbyname("edge.far.example"))
question = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
question.connect(("${wire.near4}", 53))
question.send(bytes.fromhex("000101000001000000000000017807") + b"example" + bytes.fromhex("0000010001"))
print("rcode", question.recv(512)[3] & 15)'`,
    );
    // SERVFAIL (RFC 1035): who has that need not wait for the time to be over.
    expect(stdout).toBe(`${wire.ipv4}\nrcode 2\n`);
    expect(report.dns?.unanswered).toBeGreaterThan(0);
  });

  test.each([
    ['copied', []],
    ['relayed', BY_RELAY],
  ])('the bytes are those of the same questions without netmeter: %s', async (_, words) => {
    const before = await wire.totals();
    const { report } = await measuredWithResolver(
      `nameserver ${wire.ipv4}\n`,
      `python3 -c 'import socket; [socket.gethostbyname("edge.far.example") for _ in range(20)]'`,
      words,
    );
    const after = await wire.totals();
    const { external } = report.traffic;
    expect(external.in.wireOctets).toBe(after['ipv4.in'][0] - before['ipv4.in'][0]);
    expect(external.out.wireOctets).toBe(after['ipv4.out'][0] - before['ipv4.out'][0]);
    expect(report.dns?.queries).toBe(20);
  });

  test('nobody but the command is answered, or counted: nobody of this machine, and no machine on the link', async () => {
    using job = new HeldJob();
    const running = measuredWithResolver(
      `nameserver ${wire.ipv4}\n`,
      `${job.line}; getent ahosts host.netmeter.internal | wc -l`,
      ['--max-dns-queries', '2', ...BY_RELAY],
    );
    const gateway = await job.running();
    const ask = ['python3', program('ask-relays.py'), ...listeningRelays(gateway)];
    const far = (...words: string[]) =>
      spawnSync('ip', ['netns', 'exec', wire.namespace, ...words], { encoding: 'utf8' }).stdout;
    far('ip', 'route', 'add', '198.18.0.0/15', 'via', wire.near4);
    try {
      const [file = '', ...words] = ask;
      expect(spawnSync(file, words, { encoding: 'utf8' }).stdout).toBe('0\n');
      // More than fits a relay's queue: it would be the command's own question that is lost.
      spawnSync('python3', ['-c', FLOODS, ...listeningRelays(gateway)]);
      expect(far(...ask)).toBe('0\n');
    } finally {
      far('ip', 'route', 'del', '198.18.0.0/15');
      job.goOn();
    }
    const { report, stdout, status, stderr } = await running;
    expect(Number(stdout), stderr).toBeGreaterThan(0);
    expect(report.dns).toMatchObject({ queries: 2, answered: 2 });
    expect(status).toBe(0);
  });

  test.each([
    ['a policy of drop', 'type filter hook input priority 0; policy drop; ct state established accept'],
    ['a final reject', 'type filter hook input priority 0; ct state established accept; reject'],
  ])('a firewall with %s for this machine’s own ports is passed', async (_, rules) => {
    const nft = (commands: string) => spawnSync('nft', ['-f', '-'], { input: commands, encoding: 'utf8' });
    expect(nft(`table inet nm-input {\nchain in {\n${rules.replaceAll('; ', '\n')}\n}\n}\n`).stderr).toBe('');
    const listed = () => spawnSync('nft', ['list', 'table', 'inet', 'nm-input'], { encoding: 'utf8' }).stdout;
    const untouched = listed();
    try {
      const { report, stdout } = await measuredWithResolver(
        `nameserver ${wire.ipv4}\n`,
        `python3 -c 'import socket; print(socket.gethostbyname("edge.far.example"))'`,
        BY_RELAY,
      );
      expect(stdout).toBe(`${wire.ipv4}\n`);
      expect(report.dns).toMatchObject({ queries: 1, answered: 1 });
      expect(listed()).toBe(untouched);
    } finally {
      nft('delete table inet nm-input');
    }
  });
});
