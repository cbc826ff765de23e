import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { deviceName } from '../../src/linux/device-name.js';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { listenTo } from '../../src/linux/netlink/events.js';
import { RTNLGRP } from '../../src/linux/netlink/route/events.js';
import { findRoute } from '../../src/linux/netlink/route/find-route.js';
import { listRoutes } from '../../src/linux/netlink/route/list-routes.js';
import { concernsOwnAddress, localIpv4Addresses } from '../../src/linux/netlink/route/local-routes.js';
import { listPolicyRules } from '../../src/linux/netlink/route/policy-rules.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../src/linux/netlink/socket.js';
import { describePrivileged } from '../privileged.js';

const FAR = Buffer.of(192, 0, 2, 9);
const FAR_V6 = Buffer.from('20010db8000000000000000000000009', 'hex');

/** A namespace of the test's own, in which a shell has run some lines. */
function made(lines: string) {
  const namespace = NetworkNamespace.create();
  namespace.inside(() => void execFileSync('sh', ['-euc', lines], { stdio: ['ignore', 'ignore', 'inherit'] }));
  const socket = namespace.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
  const names = () => namespace.inside(() => [1, 2, 3].map(deviceName));
  return {
    namespace,
    socket,
    names,
    [Symbol.dispose]() {
      socket[Symbol.dispose]();
      namespace[Symbol.dispose]();
    },
  };
}

const LINKS = `
  ip link set lo up
  ip link add d0 type veth peer name d1
  ip addr add 10.0.0.1/24 dev d0; ip addr add 10.0.1.1/24 dev d1
  ip addr add fd00::1/64 dev d0 nodad
  ip link set d0 up; ip link set d1 up`;

describePrivileged('routing as the kernel knows it', () => {
  test('the rules of a namespace, those of the kernel first', () => {
    using of = made(`
      ip rule add priority 100 not fwmark 0xca6c/0xffff table 51820
      ip rule add priority 200 uidrange 1000-1999 table 7
      ip rule add priority 300 iif lo type prohibit
      ip rule add priority 400 from 10.0.0.0/8 oif lo table 8
      ip -6 rule add priority 500 fwmark 1 type unreachable`);
    const own = listPolicyRules(of.socket).filter(({ priority }) => priority > 0 && priority < 1000);
    const plain = { family: 'ipv4', action: 'table', isInverted: false, hasSource: false };
    expect(own).toEqual([
      { ...plain, priority: 100, table: 51820, isInverted: true, mark: { value: 0xca6c, mask: 0xffff } },
      { ...plain, priority: 200, table: 7, users: [1000, 1999] },
      { ...plain, priority: 300, table: 0, action: 'prohibit', inDevice: 'lo' },
      { ...plain, priority: 400, table: 8, hasSource: true, outDevice: 'lo' },
      {
        ...plain,
        family: 'ipv6',
        priority: 500,
        table: 0,
        action: 'unreachable',
        mark: { value: 1, mask: 0xffffffff },
      },
    ]);
    expect(listPolicyRules(of.socket)[0]).toEqual({ ...plain, priority: 0, table: 255 });
  });

  test('a packet’s way is that of its user, through all tables', () => {
    using of = made(`${LINKS}
      ip route add default via 10.0.0.2
      ip route add default via 10.0.1.2 mtu 1400 table 7
      ip route add unreachable default table 8
      ip rule add uidrange 1000-1000 table 7; ip rule add uidrange 1001-1001 table 8
      ip -6 route add unreachable default table 9; ip -6 rule add uidrange 1001-1001 table 9
      ip -6 route add default via fd00::2`);
    expect(of.names()).toEqual(['lo', 'd1', 'd0']);
    const way = (uid: number, destination = FAR) => findRoute(of.socket, { destination, uid });
    expect(way(0)).toEqual({ type: 'unicast', table: 254, device: 3 });
    expect(way(1000)).toEqual({ type: 'unicast', table: 7, device: 2, mtu: 1400 });
    expect(way(1001)).toBeUndefined();
    expect(way(0, FAR_V6)).toEqual({ type: 'unicast', table: 254, device: 3 });
    expect(way(1001, FAR_V6)?.type).not.toBe('unicast');
  });

  test('without a route there is no way', () => {
    using of = made('ip link set lo up');
    expect(findRoute(of.socket, { destination: FAR, uid: 0 })).toBeUndefined();
    expect(findRoute(of.socket, { destination: FAR_V6, uid: 0 })?.type).not.toBe('unicast');
  });

  test('routes of every table and type, those spread over devices too', () => {
    using of = made(`${LINKS}
      ip route add default via 10.0.1.2 table 7
      ip route add 192.0.2.0/24 nexthop via 10.0.0.2 nexthop via 10.0.1.2
      ip route add blackhole 198.51.100.0/24
      ip -6 route add default via fd00::2 table 1000`);
    const listed = listRoutes(of.socket);
    expect(listed).toEqual(
      expect.arrayContaining([
        { family: 'ipv4', table: 7, type: 'unicast', devices: [2] },
        { family: 'ipv4', table: 254, type: 'unicast', devices: [3, 2] },
        { family: 'ipv4', table: 254, type: 'blackhole', devices: [] },
        { family: 'ipv4', table: 255, type: 'local', devices: [3] },
        { family: 'ipv6', table: 1000, type: 'unicast', devices: [3] },
      ]),
    );
  });

  test.each([
    ['never had an address', '', []],
    [
      'has them on devices that are up and down, and by hand',
      `${LINKS}
      ip link add down0 type veth peer name down1; ip addr add 10.0.2.1/32 dev down0
      ip route add local 192.0.2.7/32 dev lo; ip route add local 198.51.100.0/24 dev lo`,
      [...['10.0.0.1', '10.0.1.1', '10.0.2.1', '127.0.0.1', '192.0.2.7']],
    ],
    [
      'is a router',
      `${LINKS}
      for i in $(seq 0 255); do for j in 0 64 128 192; do echo route add 20.0.$i.$j/26 via 10.0.0.2; done; done | ip -b -`,
      [...['10.0.0.1', '10.0.1.1', '127.0.0.1']],
    ],
  ])('the addresses of a namespace that %s', (_, lines, expected) => {
    using namespace = NetworkNamespace.create();
    namespace.inside(() => void execFileSync('sh', ['-euc', lines], { stdio: ['ignore', 'ignore', 'inherit'] }));
    expect([...namespace.inside(localIpv4Addresses)].sort()).toEqual(expected);
  });

  test('a route of a router says nothing of its addresses, an address and its local route do', async () => {
    using of = made(LINKS);
    const { namespace } = of;
    const heard: boolean[] = [];
    using _ = namespace.inside(() =>
      listenTo(NETLINK_ROUTE, [RTNLGRP.IPV4_ADDRESS, RTNLGRP.IPV4_ROUTE], ({ messages }) =>
        heard.push(...messages.map(concernsOwnAddress)),
      ),
    );
    const run = (line: string) => namespace.inside(() => void execFileSync('ip', line.split(' ')));
    run('route add 192.0.2.0/24 via 10.0.0.2');
    run('addr add 10.0.3.1/32 dev d0');
    run('route del 192.0.2.0/24');
    await expect.poll(() => heard).toEqual([false, true, true, false]);
  });
});
