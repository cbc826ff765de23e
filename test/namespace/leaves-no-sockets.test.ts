import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NETMETER, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { guardianOf } from './guardian-of.js';
import { expectNoTraces, traces } from './leftovers.js';
import { HOLDS, WatchedListener } from './watched-listener.js';

/** One that never answers. */
const SILENT = 7101;

/** What a command can leave of its sockets when it ends or is ended. */
const kinds = {
  'an idle connection': `s.connect((host, ${HOLDS}))`,
  'a connection that is not answered': `s.setblocking(False); s.connect_ex((host, ${SILENT}))`,
  'an upload that nobody reads': `s.connect((host, ${HOLDS})); s.setblocking(False)
try:
  while True: s.send(bytes(65536))
except BlockingIOError: pass`,
  'a listener with a connection to itself': `s.bind(('0.0.0.0', 7200)); s.listen()
c = socket.create_connection(('127.0.0.1', 7200))`,
  'a peer that goes silent': `s.connect((host, ${HOLDS}))`,
};

/** Ends, with something to say to its peer, when it is asked to. */
const script = (kind: keyof typeof kinds, host: string) =>
  [
    'import socket, sys',
    `host = '${host}'`,
    's = socket.socket()',
    kinds[kind],
    "print('ready', flush=True)",
    'sys.stdin.readline()',
    ...(kind === 'a peer that goes silent' ? ["s.send(b'hush')"] : []),
    'sys.exit(3)',
  ].join('\n');

describePrivileged('no socket keeps a run alive', () => {
  const children = new Set<ChildProcess>();
  let far: WatchedListener;
  let before: string[];

  beforeEach(async () => {
    before = traces();
    far = await WatchedListener.start(31, `tcp dport ${SILENT} drop`);
  });

  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    await far[Symbol.asyncDispose]();
  });

  /** The far end answers nothing any more. */
  const hush = () =>
    far.wire.inServer("nft 'add chain inet watched out { type filter hook output priority 0; policy drop; }'");

  async function started(kind: keyof typeof kinds) {
    const words = ['--linger', '0.2s', '--', 'python3', '-c', script(kind, far.wire.ipv4)];
    const child = spawn(process.execPath, [NETMETER, '-q', ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.add(child);
    const ended = once(child, 'exit');
    await Promise.race([once(child.stdout, 'data'), ended]);
    return { child, ended };
  }

  /** Other network namespaces that this one has something to do with: one that is kept by a socket still has its links. */
  const namespaces = () => spawnSync('ip', ['netns', 'list-id'], { encoding: 'utf8' }).stdout.split('\n');

  const forwarding = () => `/proc/sys/net/ipv4/conf/${far.wire.device}/forwarding`;

  const ends = {
    'netmeter is killed': (child: ChildProcess) => child.kill('SIGKILL'),
    'the command ends by itself': (child: ChildProcess) => child.stdin?.end('\n'),
  };
  const cases = (Object.keys(ends) as (keyof typeof ends)[]).flatMap((end) =>
    (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((kind) => ['0', '1'].map((on) => [end, kind, on] as const)),
  );

  test.each(cases)('%s, with %s, where forwarding is %s', async (end, kind, on) => {
    writeFileSync(forwarding(), on);
    const namespacesBefore = namespaces();
    const { child, ended } = await started(kind);
    expect(readFileSync(forwarding(), 'utf8')).toBe('1\n');
    expect(namespaces()).not.toEqual(namespacesBefore);
    const lasting = traces().filter((trace) => !/nm\d|netmeter/.test(trace));
    if (kind === 'a peer that goes silent') hush();
    ends[end](child);
    expect(await ended).toEqual(end === 'netmeter is killed' ? [null, 'SIGKILL'] : [3, null]);
    await expectNoTraces([...before, ...lasting]);
    await expect.poll(namespaces).toEqual(namespacesBefore);
    expect(readFileSync(forwarding(), 'utf8')).toBe(`${on}\n`);
    expect(far.arrived()).toEqual([0]);
  });

  test('a guardian that somebody has stopped is not waited for', async () => {
    const { child, ended } = await started('an idle connection');
    const guardian = guardianOf(child);
    process.kill(guardian, 'SIGSTOP');
    child.stdin?.end('\n');
    expect(await ended).toEqual([3, null]);
    await expectNoTraces(before);
    expect(existsSync(`/proc/${guardian}`)).toBe(false);
  });

  test('the next run gives back what a netmeter and its guardian left that were both killed', async () => {
    writeFileSync(forwarding(), '0');
    const { child, ended } = await started('an idle connection');
    expect(readFileSync(forwarding(), 'utf8')).toBe('1\n');
    process.kill(guardianOf(child), 'SIGKILL');
    child.kill('SIGKILL');
    await ended;
    const { status, stderr } = await runToEnd(process.execPath, [NETMETER, '--', 'true']);
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('an earlier run') });
    expect(readFileSync(forwarding(), 'utf8')).toBe('0\n');
    const notes = () => readdirSync('/run/netmeter').filter((name) => name.startsWith(`${child.pid}-`));
    await expect.poll(notes).toEqual([]);
  });

  test('without its guardian netmeter cleans up by itself, and says so', async () => {
    const words = [
      '--',
      'sh',
      '-c',
      // Time: for netmeter to hear of it before its command ends.
      'setsid sleep 1000.5 & kill -9 $(cat /proc/$PPID/task/*/children | tr " " "\\n" | head -1); sleep 0.3',
    ];
    const child = await runToEnd(process.execPath, [NETMETER, '--wait', 'command', ...words]);
    expect(child).toMatchObject({ status: 0, stderr: expect.stringContaining('cleans up after netmeter was ended') });
    await expectNoTraces([...before, ...traces().filter((trace) => !/nm\d|netmeter|1000\.5/.test(trace))]);
  });
});
