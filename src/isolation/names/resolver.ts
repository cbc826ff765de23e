import { isIP, isIPv4 } from 'node:net';
import { canonicalAddress } from '../machine/canonical-address.js';

/** A file that the namespace shows otherwise: where it is (no symbolic link), and its text there. */
export type CoveredFile = { readonly target: string; readonly text: string };

/** What is inside: whether IPv6 leads anywhere there. */
export type Reach = { readonly ipv6: boolean };

export type ResolverPlan =
  /** The host's file works inside as it is. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'replace'; readonly text: string }
  /** Only a resolver on the host itself knows: it must be asked from there. `others` can be asked where it fails. */
  | { readonly kind: 'relay'; readonly servers: readonly string[]; readonly others: readonly string[] };

/**
 * Chooses the resolv.conf (resolv.conf(5)) of the namespace: the host's search domains and options, and of its nameservers
 * those that can be reached from inside. The C library asks the first of them: where that is a stub on the host (as
 * systemd-resolved's), it is asked by a relay and not passed over, as it alone knows which upstream has which name (split
 * DNS), and how they may be asked. Never a resolver that the host does not use already.
 */
export function planResolver(own: string, reach: Reach): ResolverPlan {
  const listed = nameservers(own);
  const servers = listed.length > 0 ? listed : ['127.0.0.1'];
  const reachable = servers.filter((server) => isReachable(server, reach));
  if (reachable.length === servers.length) return { kind: 'unchanged' };
  const isStubFirst = !isReachable(servers[0] ?? '', { ipv6: true });
  if (isStubFirst || reachable.length === 0)
    return { kind: 'relay', servers: servers.filter((server) => !reachable.includes(server)), others: reachable };
  return { kind: 'replace', text: withNameservers(own, reachable) };
}

/** The addresses of a resolv.conf(5), in their order, as far as the C library takes them for such: others it passes over. */
export function nameservers(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const server = /^\s*nameserver\s+(\S+)/.exec(line)?.[1];
    const address = server && addressOf(server);
    return address ? [address] : [];
  });
}

/** inet_pton(3), and inet_aton(3), which knows shorter spellings of IPv4: 127.1. */
function addressOf(text: string): string | undefined {
  if (isIP(text) !== 0) return canonicalAddress(text);
  const url = `http://${text}/`;
  const host = /^[\dxa-f.]+$/i.test(text) && URL.canParse(url) ? new URL(url).hostname : '';
  return isIPv4(host) ? host : undefined;
}

/** Loopback and link-local addresses mean another machine, or none, inside. */
function isReachable(server: string, { ipv6 }: Reach): boolean {
  const address = server.replace(/%.*$/, '');
  if (/^\d+(\.\d+){3}$/.test(address)) return !/^(127\.|0\.|169\.254\.)/.test(address);
  return ipv6 && address.includes(':') && !/^(::1?$|fe[89ab])/i.test(address);
}

/** A resolv.conf with other nameservers, and everything else as it was. */
export function withNameservers(own: string, servers: readonly string[]): string {
  const rest = own.split('\n').filter((line) => line.trim() !== '' && !/^\s*nameserver\s/.test(line));
  return [...servers.map((server) => `nameserver ${server}`), ...rest, ''].join('\n');
}
