/** A usable route of the main and local tables: neither down nor refused, and not loopback's. */
export type Route = {
  readonly device: string;
  readonly isDefault: boolean;
  /** Leads to more than one address: neither an address of this machine nor that of a single neighbour. */
  readonly isNetwork: boolean;
};

const RTF_UP = 0x1;
const RTF_REJECT = 0x200;
const ALL_ONES = 'FFFFFFFF';

/** Parses /proc/net/route (fib_route_seq_show(), net/ipv4/fib_trie.c). */
export function parseIpv4Routes(text: string): Route[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device, destination, , flags, , , , mask] = line.trim().split(/\s+/);
      if (device === undefined || mask === undefined || !isUsable(device, flags)) return [];
      const isDefault = destination === '00000000' && mask === '00000000';
      return [{ device, isDefault, isNetwork: mask !== ALL_ONES }];
    });
}

/** Parses /proc/net/ipv6_route (rt6_info_route(), net/ipv6/route.c). Link-local and multicast routes lead to no network. */
export function parseIpv6Routes(text: string): Route[] {
  return text.split('\n').flatMap((line) => {
    const [destination = '', length, , , , , , , flags, device] = line.trim().split(/\s+/);
    if (device === undefined || !isUsable(device, flags)) return [];
    const isDefault = destination === '0'.repeat(32) && length === '00';
    const isNetwork = length !== '80' && !/^(fe[89ab]|ff)/.test(destination);
    return [{ device, isDefault, isNetwork }];
  });
}

const isUsable = (device: string, flags = '0') =>
  // A blackhole route has the device `*`.
  device !== 'lo' && device !== '*' && (Number.parseInt(flags, 16) & (RTF_UP | RTF_REJECT)) === RTF_UP;
