import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { IPPROTO } from '../../src/linux/ip/ip-protocols.js';
import { TCP_STATE } from '../../src/linux/ip/tcp-states.js';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { listenTo } from '../../src/linux/netlink/events.js';
import { decodeAddress, LIST_ADDRESSES, newAddress } from '../../src/linux/netlink/route/address.js';
import { RTNLGRP } from '../../src/linux/netlink/route/events.js';
import { decodeLink, deleteLink, getLink, LIST_LINKS, setLink } from '../../src/linux/netlink/route/link.js';
import { newNeighbour } from '../../src/linux/netlink/route/neighbour.js';
import { decodeQueue, getQueue, newPfifo, newTokenBucket, queueHandle } from '../../src/linux/netlink/route/queue.js';
import { newRoute } from '../../src/linux/netlink/route/route.js';
import { newVeth } from '../../src/linux/netlink/route/veth.js';
import { decodeSocket, destroySocket, listSockets, SKNLGRP } from '../../src/linux/netlink/sock-diag.js';
import { NETLINK_ROUTE, NETLINK_SOCK_DIAG, NetlinkSocket } from '../../src/linux/netlink/socket.js';
import { AF_INET, AF_INET6 } from '../../src/linux/socket.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

const mac = (last: number) => Buffer.from([2, 0x6e, 0x6d, 0, 0, last]);

/** Two namespaces, with a pair from the first to the second. */
class Pair implements Disposable {
  readonly outside = NetworkNamespace.create();
  readonly inside = NetworkNamespace.create();
  readonly here = this.outside.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
  readonly there = this.inside.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
  readonly index: number;
  readonly innerIndex: number;

  constructor() {
    const peer = { name: 'v1', mac: mac(2), namespaceFd: this.inside.fd };
    const replies = this.here.exchange([newVeth({ mtu: 1400, end: { name: 'v0', mac: mac(1) }, peer }), getLink('v0')]);
    const [link] = replies.map(decodeLink);
    this.index = link?.index ?? 0;
    this.innerIndex = link?.other ?? this.index;
  }

  /** What a program prints inside one of them, as JSON. */
  ask(namespace: NetworkNamespace, ...[file = '', ...words]: readonly string[]): unknown {
    return JSON.parse(namespace.inside(() => spawnSync(file, words, { encoding: 'utf8' }).stdout));
  }

  [Symbol.dispose](): void {
    for (const each of [this.here, this.there, this.outside, this.inside]) each[Symbol.dispose]();
  }
}

/** Addresses, neighbours and links up, both ways. */
function connected(pair: Pair): void {
  const ends = [
    { socket: pair.here, index: pair.index, own: 1, other: 2 },
    { socket: pair.there, index: pair.innerIndex, own: 2, other: 1 },
  ];
  for (const { socket, index, own, other } of ends) {
    socket.exchange([
      // Before an address: each joins a group, and would report that.
      setLink(index, { asksForNeighbours: false, isMulticast: false, hasNoOwnAddress: true }),
      newAddress({ index, address: `192.0.2.${own}`, prefixLength: 30 }),
      newAddress({ index, address: `2001:db8::${own}`, prefixLength: 112 }),
      newNeighbour({ index, address: `192.0.2.${other}`, mac: mac(other) }),
      newNeighbour({ index, address: `2001:db8::${other}`, mac: mac(other) }),
      newPfifo({ index, handle: queueHandle(0x6e6d) }, 10_000),
      setLink(index, { isUp: true }),
    ]);
  }
}

describePrivileged('rtnetlink', () => {
  test('makes pairs, one end of which is elsewhere, and takes them away', () => {
    using pair = new Pair();
    const inside = pair.there.dump(LIST_LINKS).map(decodeLink);
    expect(inside).toContainEqual(
      expect.objectContaining({ name: 'v1', index: pair.innerIndex, mtu: 1400, kind: 'veth', isUp: false }),
    );
    expect(pair.ask(pair.outside, 'ip', '-j', 'link', 'show', 'v0')).toMatchObject([
      { ifname: 'v0', mtu: 1400, address: '02:6e:6d:00:00:01', ifindex: pair.index },
    ]);
    pair.here.exchange([deleteLink(pair.index)]);
    expect(pair.there.dump(LIST_LINKS).map((each) => decodeLink(each).name)).toEqual(['lo']);
    expect(() => pair.here.exchange([getLink('v0')])).toThrow('ENODEV');
  });

  test('configures links as ip(8) shows them', () => {
    using pair = new Pair();
    connected(pair);
    pair.here.exchange([setLink(pair.index, { alias: 'noted', mtu: 1300 })]);
    expect(pair.ask(pair.outside, 'ip', '-j', '-d', 'link', 'show', 'v0')).toMatchObject([
      { flags: ['BROADCAST', 'NOARP', 'UP', 'LOWER_UP'], mtu: 1300, ifalias: 'noted', inet6_addr_gen_mode: 'none' },
    ]);
    expect(pair.ask(pair.outside, 'ip', '-j', 'addr', 'show', 'v0')).toMatchObject([
      {
        addr_info: [
          { local: '192.0.2.1', prefixlen: 30, scope: 'global' },
          { local: '2001:db8::1', prefixlen: 112, nodad: true },
        ],
      },
    ]);
    expect(pair.ask(pair.outside, 'ip', '-j', 'neigh')).toEqual([
      { dst: '192.0.2.2', dev: 'v0', lladdr: '02:6e:6d:00:00:02', state: ['PERMANENT'] },
      { dst: '2001:db8::2', dev: 'v0', lladdr: '02:6e:6d:00:00:02', state: ['PERMANENT'] },
    ]);
    const addresses = pair.here.dump(LIST_ADDRESSES).map(decodeAddress);
    expect(addresses).toContainEqual({ index: pair.index, address: '2001:db8::1', prefixLength: 112 });
    expect(pair.here.exchange([getLink('v0')]).map(decodeLink)).toMatchObject([{ isUp: true, alias: 'noted' }]);
  });

  test('adds routes', () => {
    using pair = new Pair();
    connected(pair);
    const index = pair.innerIndex;
    pair.there.exchange([
      newRoute({ to: { address: '0.0.0.0', length: 0 }, via: '192.0.2.1', index }),
      newRoute({ to: { address: '198.51.100.0', length: 24 }, via: '192.0.2.1', index }),
      newRoute({ to: { address: '::', length: 0 }, via: '2001:db8::1', index }),
    ]);
    expect(pair.ask(pair.inside, 'ip', '-j', 'route')).toMatchObject([
      { dst: 'default', gateway: '192.0.2.1', dev: 'v1', flags: [] },
      { dst: '192.0.2.0/30' },
      { dst: '198.51.100.0/24', gateway: '192.0.2.1', dev: 'v1' },
    ]);
    pair.here.exchange([newRoute({ to: { address: '192.0.2.2', length: 32 }, index: pair.index, table: 'local' })]);
    expect(pair.ask(pair.outside, 'ip', '-j', 'route', 'show', 'table', 'local', '192.0.2.2')).toMatchObject([
      { dst: '192.0.2.2', dev: 'v0', scope: 'link' },
    ]);
  });

  test('attaches queues, and reads them as tc(8) does', () => {
    using pair = new Pair();
    connected(pair);
    const { index } = pair;
    const bucket = queueHandle(0x6e6b);
    const counting = queueHandle(0x6e6d);
    pair.here.exchange([
      newTokenBucket({ index, handle: bucket }, { rate: 12_500_000, burst: 100_000, limit: 64 << 20 }),
      newPfifo({ index, handle: counting, below: bucket }, 50),
    ]);
    const datagrams = "import socket; s = socket.socket(2, 2); [s.sendto(b'x' * 56, ('192.0.2.2', 9)) for _ in '12']";
    pair.outside.inside(() => spawnSync('python3', ['-c', datagrams]));
    const [reading] = pair.here.exchange([getQueue(index, counting)]).map(decodeQueue);
    expect(reading).toEqual({
      index,
      handle: counting,
      isRoot: false,
      kind: 'pfifo',
      bytes: 196n,
      packets: 2n,
      drops: 0,
    });
    expect(pair.ask(pair.outside, 'tc', '-s', '-j', 'qdisc', 'show', 'dev', 'v0')).toMatchObject([
      { kind: 'tbf', handle: '6e6b:', root: true, options: { rate: 12_500_000, burst: 100_000 }, bytes: 196 },
      { kind: 'pfifo', handle: '6e6d:', parent: '6e6b:1', options: { limit: 50 }, bytes: 196, packets: 2 },
    ]);
    pair.here.exchange([newTokenBucket({ index, handle: bucket }, { rate: 125e9, burst: 1514, limit: 64 << 20 })]);
    expect(pair.ask(pair.outside, 'tc', '-j', 'qdisc', 'show', 'dev', 'v0')).toMatchObject([
      { kind: 'tbf', options: { rate: 125e9 } },
      { kind: 'pfifo' },
    ]);
    expect(() => pair.here.exchange([getQueue(index, queueHandle(0x1234))])).toThrow('ENOENT');
    expect(() => pair.here.exchange([getQueue(9999, counting)])).toThrow('ENODEV');
  });

  test('reports addresses and links that come and go', async () => {
    using pair = new Pair();
    const heard = new EventEmitter();
    using _ = pair.outside.inside(() =>
      listenTo(NETLINK_ROUTE, [RTNLGRP.IPV4_ADDRESS, RTNLGRP.IPV6_ADDRESS], ({ messages }) => {
        for (const message of messages) heard.emit('address', decodeAddress(message).address);
      }),
    );
    const first = once(heard, 'address');
    pair.here.exchange([newAddress({ index: pair.index, address: '2001:db8::7', prefixLength: 128 })]);
    expect(await first).toEqual(['2001:db8::7']);
  });
});

describePrivileged('sock_diag', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function connection(address: string, serve: (accepted: Socket) => void) {
    const server = createServer((accepted) => serve(accepted.on('error', () => {}))).listen(0, address);
    servers.push(server);
    await once(server, 'listening');
    const own = server.address();
    if (own === null || typeof own === 'string') throw new Error('no port');
    const client = connect({ port: own.port, host: address, allowHalfOpen: true });
    return { client, port: own.port };
  }

  test.each([
    ['127.0.0.1', AF_INET],
    ['::1', AF_INET6],
  ])('lists connections, and ends them: %s', async (address, family) => {
    const kind = { family, protocol: IPPROTO.tcp };
    const { client, port } = await connection(address, (accepted) => accepted.write('hello'));
    const [data] = await once(client, 'data');
    expect(String(data)).toBe('hello');
    using socket = NetlinkSocket.open(NETLINK_SOCK_DIAG);
    const ours = () =>
      socket
        .dump(listSockets(kind))
        .map(decodeSocket)
        .filter(({ remote, local }) => remote.port === port || local.port === port);
    const [own] = ours().filter(({ remote }) => remote.port === port);
    expect(own).toMatchObject({ remote: { address, port }, state: TCP_STATE.ESTABLISHED, uid: 0 });
    expect(own?.tcp?.bytesReceived).toBe(5n);
    expect(own?.inode).toBeGreaterThan(0);
    expect(ours().some(({ state }) => state === TCP_STATE.LISTEN)).toBe(true);
    if (!own) throw new Error('it is not listed');
    const reset = once(client, 'error');
    socket.exchange([destroySocket(kind, own)]);
    expect((await reset)[0]).toMatchObject({ code: 'ECONNABORTED' });
    expect(() => socket.exchange([destroySocket(kind, own)])).toThrow('ENOENT');
  });

  test("hears a connection's last words", async () => {
    const heard = new EventEmitter();
    using _ = listenTo(NETLINK_SOCK_DIAG, [SKNLGRP.INET_TCP_DESTROY], ({ messages }) => {
      for (const { remote, tcp } of messages.map(decodeSocket)) heard.emit(`${remote.port}`, tcp?.bytesReceived);
    });
    const { client, port } = await connection('127.0.0.1', (accepted) => accepted.end('hello'));
    await once(client.resume(), 'end');
    const last = once(heard, `${port}`);
    client.end();
    expect(await last).toEqual([6n]);
  });
});
