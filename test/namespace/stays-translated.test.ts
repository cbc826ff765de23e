import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { Nftables } from '../../src/linux/netlink/netfilter/nftables.js';
import { NETMETER, netmeter } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';
import { guardianOf } from './guardian-of.js';
import { expectNoTraces, traces } from './leftovers.js';
import { HOLDS, WatchedListener } from './watched-listener.js';

/** What the kernel goes on to say something about when the command is gone. */
const kinds = {
  'an idle connection': '',
  'an upload that nobody reads': `s.setblocking(False)
try:
  while True: s.send(bytes(65536))
except BlockingIOError: pass`,
};

const script = (host: string, kind: keyof typeof kinds) => `import os, socket, sys, time
for retries in sys.argv[1:]: open('/proc/sys/net/ipv4/tcp_orphan_retries', 'w').write(retries)
s = socket.create_connection(('${host}', ${HOLDS}))
${kinds[kind]}
print(os.getpid(), flush=True)
time.sleep(1000)`;

/** Segments and messages that belong to no connection: the kernel translates none of them. */
const STRAYS = (host: string) => `import socket, struct
def sum16(octets):
  total = sum(struct.unpack('!%dH' % (len(octets) // 2), octets))
  return ~((total & 0xffff) + (total >> 16)) & 0xffff
to = ('${host}', 0)
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); asked.connect(('${host}', 9))
ends = socket.inet_aton(asked.getsockname()[0]) + socket.inet_aton('${host}')
tcp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
for flags in (0x00, 0x04, 0x14, 0x29):
  segment = struct.pack('!HHIIBBHHH', 4000 + flags, 80, 1, 2, 0x50, flags, 1000, 0, 0)
  check = sum16(ends + struct.pack('!BBH', 0, 6, len(segment)) + segment)
  tcp.sendto(segment[:16] + struct.pack('!H', check) + segment[18:], to)
icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
reply = struct.pack('!BBHI', 0, 0, 0, 0) + b'answer..'
icmp.sendto(reply[:2] + struct.pack('!H', sum16(reply)) + reply[4:], to)`;

describePrivileged('no packet leaves with an address of the inside', () => {
  const children = new Set<ChildProcess>();
  let far: WatchedListener;
  let before: string[];

  beforeEach(async () => {
    before = traces();
    far = await WatchedListener.start(43, `tcp dport ${HOLDS} counter`);
  });

  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    await far[Symbol.asyncDispose]();
  });

  const switchTo = (on: string) => {
    writeFileSync('/proc/sys/net/ipv4/ip_forward', on);
    writeFileSync(`/proc/sys/net/ipv4/conf/${far.wire.device}/forwarding`, on);
  };

  /** @returns once netmeter and its guardian are no more, the command's pid and the packets that it had sent */
  async function killBoth(kind: keyof typeof kinds, enter: readonly string[] = [], retries: readonly string[] = []) {
    const words = [process.execPath, NETMETER, '-q', '--', 'python3', '-c', script(far.wire.ipv4, kind), ...retries];
    const [file = '', ...others] = [...enter, ...words];
    const child = spawn(file, others, { stdio: ['ignore', 'pipe', 'ignore'] });
    children.add(child);
    const command = Number(String((await once(child.stdout, 'data'))[0]));
    const [, known = 0] = far.arrived();
    const gone = once(child, 'exit');
    const both = [child.pid ?? 0, guardianOf(child)];
    for (const pid of both) process.kill(pid, 'SIGSTOP');
    for (const pid of both) process.kill(pid, 'SIGKILL');
    await gone;
    return { command, known };
  }

  function isRemoved(folder: string): boolean {
    try {
      rmdirSync(folder);
    } catch {
      // It still has a process, or has gone.
    }
    return !existsSync(folder);
  }

  const cases = (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((kind) =>
    ['0', '1'].map((on) => [kind, on] as const),
  );

  test.each(cases)('of %s whose netmeter and guardian are both killed, where forwarding was %s', async (kind, on) => {
    switchTo(on);
    const { command, known } = await killBoth(kind);
    await expect.poll(() => existsSync(`/proc/${command}`)).toBe(false);
    // What its sockets say to the end of it arrives, translated.
    await expect.poll(() => far.arrived()[1]).toBeGreaterThan(known);
    expect(far.arrived()[0]).toBe(0);
    await netmeter(['doctor']);
    expect(far.arrived()[0]).toBe(0);
    await expectNoTraces([...before, ...traces().filter((trace) => trace.startsWith('/proc/sys'))]);
  });

  test('the rules stay that keep the switched-on forwarding to the namespace, and the next run takes them away', async () => {
    using nftables = Nftables.open();
    const tables = () => nftables.tables().filter(({ table }) => table.startsWith('netmeter_'));
    switchTo('0');
    await killBoth('an idle connection');
    // Nobody's any more, once the last that held it has been torn down.
    await expect.poll(tables).toEqual([{ family: 'inet', table: expect.stringMatching(/^netmeter_\d+$/) }]);
    const [left] = tables();
    expect(nftables.rules(left ?? { family: 'inet', table: '' }, 'nm_forward')).not.toEqual([]);
    await netmeter(['--', 'true']);
    expect(tables()).toEqual([]);
  });

  test('where nothing can be noted for the next run no rules stay', async () => {
    using nftables = Nftables.open();
    const unnoted = 'mkdir -p /run/netmeter && mount -t tmpfs -o ro none /run/netmeter && exec "$@"';
    // Nothing carries its FIN any more: how often the kernel tries again (ip-sysctl.rst) is the time that this takes.
    await killBoth('an idle connection', ['unshare', '--mount', 'sh', '-c', unnoted, 'sh'], ['1']);
    await expect.poll(() => nftables.tables().filter(({ table }) => table.startsWith('netmeter_'))).toEqual([]);
    // Of which nobody could know, either.
    const home = CgroupHierarchy.open()?.folderOf('self');
    const groups = traces().filter((trace) => !before.includes(trace) && /^netmeter-\d/.test(trace));
    await expect.poll(() => groups.filter((group) => !isRemoved(`${home}/${group}`))).toEqual([]);
    await expectNoTraces([...before, ...traces().filter((trace) => trace.startsWith('/proc/sys'))]);
  });

  test('nor what belongs to no connection', async () => {
    const { status, stderr } = await netmeter(['--', 'python3', '-c', STRAYS(far.wire.ipv4)]);
    // Each has left the command, and counts.
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/out +\d+ B +\d+ B +5 packets/),
    });
    expect(far.arrived()[0]).toBe(0);
  });
});
