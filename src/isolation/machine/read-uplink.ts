import { readText } from '../tools/read-text.js';
import { parseIpv4Routes, parseIpv6Routes, type Route } from './routes.js';

/** How the host reaches the outside. `undefined` fields: the host has no default route of that family. */
export type Uplink = {
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** Devices with any route, by family: replies to the namespace may enter by each of them. */
  readonly routed: { readonly ipv4: readonly string[]; readonly ipv6: readonly string[] };
  readonly mtu: number;
};

/** IPv6 needs 1280 bytes (RFC 8200); a smaller uplink carries none. */
export const carriesIpv6 = ({ ipv6, mtu }: Uplink) => ipv6 !== undefined && mtu >= 1280;

type ReadText = (file: string) => string | undefined;

/** Reads the routing tables (/proc/net/route, /proc/net/ipv6_route) and the MTU of the default route's device. */
export function readUplink(read: ReadText = readText): Uplink {
  const four = summarise(parseIpv4Routes(read('/proc/net/route') ?? ''));
  const six = summarise(parseIpv6Routes(read('/proc/net/ipv6_route') ?? ''));
  const device = four.uplink ?? six.uplink;
  const mtu = device === undefined ? undefined : Number(read(`/sys/class/net/${device}/mtu`));
  return {
    ...(four.uplink !== undefined && { ipv4: four.uplink }),
    ...(six.uplink !== undefined && { ipv6: six.uplink }),
    routed: { ipv4: four.devices, ipv6: six.devices },
    mtu: mtu !== undefined && mtu >= 68 ? mtu : 1500,
  };
}

function summarise(all: readonly Route[]) {
  const routes = all.filter(({ device }) => !/^nm\d/.test(device));
  const [uplink] = routes.filter((route) => route.isDefault).sort((a, b) => a.metric - b.metric);
  return { uplink: uplink?.device, devices: [...new Set(routes.map((route) => route.device))] };
}
