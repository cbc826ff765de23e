import { readFileSync } from 'node:fs';

/** How the host reaches the outside. `undefined` fields: the host has no default route of that family. */
export type Uplink = {
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** Devices with any route, by family: replies to the namespace may enter by each of them. */
  readonly routed: { readonly ipv4: readonly string[]; readonly ipv6: readonly string[] };
  readonly mtu: number;
};

type ReadText = (file: string) => string | undefined;

const readText: ReadText = (file) => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
};

/** Reads the routing tables (/proc/net/route, /proc/net/ipv6_route) and the MTU of the default route's device. */
export function readUplink(read: ReadText = readText): Uplink {
  const four = parseRoutes(read('/proc/net/route') ?? '');
  const six = parseIpv6Routes(read('/proc/net/ipv6_route') ?? '');
  const device = four.uplink ?? six.uplink;
  const mtu = device === undefined ? undefined : Number(read(`/sys/class/net/${device}/mtu`));
  return {
    ...(four.uplink !== undefined && { ipv4: four.uplink }),
    ...(six.uplink !== undefined && { ipv6: six.uplink }),
    routed: { ipv4: four.devices, ipv6: six.devices },
    mtu: mtu !== undefined && mtu >= 68 ? mtu : 1500,
  };
}

type Route = { readonly device: string; readonly isDefault: boolean; readonly metric: number };

const RTF_UP = 0x1;
const RTF_REJECT = 0x200;

function parseRoutes(text: string) {
  const routes = text
    .split('\n')
    .slice(1)
    .flatMap((line): Route[] => {
      const [device, destination, , flags, , , metric, mask] = line.trim().split(/\s+/);
      if (device === undefined || mask === undefined || !isUsable(device, flags)) return [];
      return [{ device, isDefault: destination === '00000000' && mask === '00000000', metric: Number(metric) }];
    });
  return summarise(routes);
}

function parseIpv6Routes(text: string) {
  const routes = text.split('\n').flatMap((line): Route[] => {
    const [destination, length, , , , metric, , , flags, device] = line.trim().split(/\s+/);
    if (device === undefined || !isUsable(device, flags)) return [];
    const isDefault = destination === '0'.repeat(32) && length === '00';
    return [{ device, isDefault, metric: Number.parseInt(metric ?? '0', 16) }];
  });
  return summarise(routes);
}

const isUsable = (device: string, flags = '0') =>
  // A blackhole route has the device `*`.
  device !== 'lo' &&
  device !== '*' &&
  !/^nm\d/.test(device) &&
  (Number.parseInt(flags, 16) & (RTF_UP | RTF_REJECT)) === RTF_UP;

function summarise(routes: readonly Route[]) {
  const [uplink] = routes.filter((route) => route.isDefault).sort((a, b) => a.metric - b.metric);
  return { uplink: uplink?.device, devices: [...new Set(routes.map((route) => route.device))] };
}
