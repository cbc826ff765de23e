import { deviceName } from '../../linux/device-name.js';
import { type FoundRoute, findRoute } from '../../linux/netlink/route/find-route.js';
import { decodeLink, getLink } from '../../linux/netlink/route/link.js';
import { type ListedRoute, listRoutes } from '../../linux/netlink/route/list-routes.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../linux/netlink/socket.js';
import { isHostEnd } from './run-devices.js';

/** How the host reaches the outside. `undefined` fields: the host has no way there of that family. */
export type Uplink = {
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** Devices with any route, by family: replies to the namespace may enter by each of them. */
  readonly routed: { readonly ipv4: readonly string[]; readonly ipv6: readonly string[] };
  readonly mtu: number;
};

/** IPv6 needs 1280 bytes (RFC 8200); a smaller uplink carries none. */
export const carriesIpv6 = ({ ipv6, mtu }: Uplink) => ipv6 !== undefined && mtu >= 1280;

/**
 * Addresses of public name servers, whom the kernel is asked the way to; nothing is sent. Of IPv4 one in each half, as a
 * tunnel may take the halves and leave the default route as it was.
 */
const OUTSIDE = {
  ipv4: [Buffer.of(9, 9, 9, 9), Buffer.of(193, 0, 14, 129)],
  ipv6: [Buffer.from('200107fd000000000000000000000001', 'hex')],
} as const;

type Family = keyof typeof OUTSIDE;

/** Forwarded packets count as root's. */
const FORWARDED = 0;

/** What the kernel says of its routes. */
export type Routing = {
  readonly routes: readonly ListedRoute[];
  /** The ways of a forwarded packet to the outside. */
  readonly ways: Readonly<Record<Family, readonly (FoundRoute | undefined)[]>>;
  readonly nameOf: (device: number) => string | undefined;
  readonly mtuOf: (device: string) => number | undefined;
};

/** Asks the kernel how the packets of a namespace would leave: through all rules and tables. */
export function readUplink(): Uplink {
  using socket = NetlinkSocket.open(NETLINK_ROUTE);
  return askUplink(socket);
}

/** The same by a socket that is open. */
export function askUplink(socket: NetlinkSocket): Uplink {
  const ways = (family: Family) =>
    OUTSIDE[family].map((destination) => findRoute(socket, { destination, uid: FORWARDED }));
  return uplinkOf({
    routes: listRoutes(socket),
    ways: { ipv4: ways('ipv4'), ipv6: ways('ipv6') },
    nameOf: once(deviceName),
    // Not by sysfs, which shows the devices of the namespace that it was mounted in.
    mtuOf: once((device: string) => socket.attempt([getLink(device)]).replies.map(decodeLink)[0]?.mtu),
  });
}

/** Asks once for each; the same devices come up again and again. */
function once<Key, Value>(ask: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, { readonly value: Value }>();
  return (key) => {
    const found = known.get(key) ?? { value: ask(key) };
    known.set(key, found);
    return found.value;
  };
}

/** The way out by each family, and an MTU that all of it has. */
export function uplinkOf({ routes, ways, nameOf, mtuOf }: Routing): Uplink {
  const [four, six] = [usable(ways.ipv4), usable(ways.ipv6)];
  const nameOfWay = ([way]: readonly FoundRoute[]) => (way?.device === undefined ? undefined : nameOf(way.device));
  const [ipv4, ipv6] = [nameOfWay(four), nameOfWay(six)];
  const mtus = (four.length > 0 ? four : six).flatMap(({ device, mtu }) => [
    mtu ?? Number.POSITIVE_INFINITY,
    mtuOf((device === undefined ? undefined : nameOf(device)) ?? '') ?? Number.NaN,
  ]);
  const mtu = Math.min(...mtus.filter((each) => each >= LEAST_MTU));
  return {
    ...(ipv4 !== undefined && { ipv4 }),
    ...(ipv6 !== undefined && { ipv6 }),
    routed: { ipv4: routedDevices('ipv4', routes, nameOf), ipv6: routedDevices('ipv6', routes, nameOf) },
    mtu: Number.isFinite(mtu) ? mtu : USUAL_MTU,
  };
}

/** What IPv4 asks of each link (RFC 791). */
const LEAST_MTU = 68;
const USUAL_MTU = 1500;

const usable = (ways: readonly (FoundRoute | undefined)[]) =>
  ways.filter((way): way is FoundRoute => way?.type === 'unicast');

function routedDevices(family: Family, routes: readonly ListedRoute[], nameOf: Routing['nameOf']): string[] {
  const devices = new Set(
    routes.flatMap((route) => (route.family === family && route.type === 'unicast' ? route.devices : [])),
  );
  const names = [...devices].map(nameOf).filter((name) => name !== undefined);
  // Loopback, and the links of other runs, lead nowhere.
  return names.filter((name) => name !== 'lo' && !isHostEnd(name));
}
