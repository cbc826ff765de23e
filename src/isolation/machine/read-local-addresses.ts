import { LinuxError } from '../../linux/linux-error.js';
import { NoLibcError } from '../../linux/load-koffi.js';
import { localIpv4Addresses } from '../../linux/netlink/route/local-routes.js';
import { readText } from '../tools/read-text.js';
import { canonicalIpv6 } from './canonical-address.js';
import { isHostEnd } from './run-devices.js';

/** What the addresses are read by. */
type Source = {
  readonly read: (file: string) => string | undefined;
  /** IPv4 addresses, by the kernel's own list; undefined: it cannot be asked. */
  readonly listIpv4: () => readonly string[] | undefined;
};

const KERNEL: Source = { read: readText, listIpv4: askIpv4 };

/**
 * The addresses of the network namespace that the main thread is in, by which the command can reach it from another one: all but loopback,
 * link-local ones and those of other runs (198.18.0.0/15), in the kernel's own spelling. By rtnetlink and from /proc/net/if_inet6.
 */
export function readLocalAddresses({ read, listIpv4 }: Source = KERNEL): string[] {
  const ipv4 = listIpv4() ?? ipv4Addresses(read('/proc/net/fib_trie') ?? '');
  return [
    ...ipv4.filter((address) => !/^(127\.|198\.1[89]\.)/.test(address)),
    ...ipv6Addresses(read('/proc/net/if_inet6') ?? ''),
  ];
}

function askIpv4(): readonly string[] | undefined {
  try {
    return localIpv4Addresses();
  } catch (error) {
    if (error instanceof LinuxError || error instanceof NoLibcError) return undefined;
    throw error;
  }
}

/** From a list that has all routes too: with 100,000 of them the kernel takes seconds for it. */
function ipv4Addresses(trie: string): string[] {
  // A leaf, and below it what it is: `|-- 192.0.2.2` / `/32 host LOCAL`. The same stands in both of its tables.
  return [...new Set([...trie.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].map(([, address = '']) => address))];
}

const GLOBAL_SCOPE = '00';

function ipv6Addresses(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [digits, , , scope, , device = ''] = line.trim().split(/\s+/);
    if (digits?.length !== 32 || scope !== GLOBAL_SCOPE || isHostEnd(device)) return [];
    return [canonicalIpv6(digits.match(/.{4}/g)?.join(':') ?? '')];
  });
}
