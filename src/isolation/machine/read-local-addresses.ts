import { readText } from '../tools/read-text.js';
import { canonicalIpv6 } from './canonical-address.js';
import { isHostEnd } from './run-devices.js';

type ReadText = (file: string) => string | undefined;

/**
 * This machine's own addresses, by which the command can reach it from a namespace: all but loopback, link-local ones
 * and those of other runs (198.18.0.0/15), in the kernel's own spelling. From /proc/net/fib_trie and /proc/net/if_inet6.
 */
export function readLocalAddresses(read: ReadText = readText): string[] {
  return [...ipv4Addresses(read('/proc/net/fib_trie') ?? ''), ...ipv6Addresses(read('/proc/net/if_inet6') ?? '')];
}

function ipv4Addresses(trie: string): string[] {
  // A leaf, and below it what it is: `|-- 192.0.2.2` / `/32 host LOCAL`. The same stands in both of its tables.
  const found = [...trie.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].map(([, address = '']) => address);
  return [...new Set(found)].filter((address) => !/^(127\.|198\.1[89]\.)/.test(address));
}

const GLOBAL_SCOPE = '00';

function ipv6Addresses(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [digits, , , scope, , device = ''] = line.trim().split(/\s+/);
    if (digits?.length !== 32 || scope !== GLOBAL_SCOPE || isHostEnd(device)) return [];
    return [canonicalIpv6(digits.match(/.{4}/g)?.join(':') ?? '')];
  });
}
