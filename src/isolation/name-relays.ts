import type { DnsAdmitter, DnsObserver } from './dns-exchange.js';
import { DNS_PORT, DnsRelay } from './dns-relay.js';
import { isIpv6, type LinkPlan } from './subnet.js';

/** As many as the C library asks (MAXNS, resolv.conf(5)). */
const MOST_SERVERS = 3;

export type NameRelays = Disposable & {
  /** The chain that leads the command's questions to the relays, which ask the same server for it; none: no rules. */
  readonly chain: string;
  readonly rules: readonly string[];
};

const CHAIN = 'nm_names';

type Opening = {
  readonly table: string;
  readonly plans: readonly LinkPlan[];
  /** The nameservers that the command asks. */
  readonly servers: readonly string[];
  /** This machine's addresses, which are reached by a link of their own. */
  readonly local: readonly string[];
  readonly observe: DnsObserver;
  readonly answer: (question: Buffer) => Promise<Buffer | undefined>;
  readonly admit?: DnsAdmitter | undefined;
};

/**
 * Puts a relay between the command and each of its nameservers. The command goes on asking the server's own address: its
 * packets, on the counted link, are what they would be without the relay.
 */
export async function openNameRelays({ table, plans, servers, local, ...passed }: Opening): Promise<NameRelays> {
  const relays: DnsRelay[] = [];
  const rules: string[] = [];
  for (const server of servers.slice(0, MOST_SERVERS)) {
    const end = hostEnd(plans, server, local);
    if (!end) continue;
    const relay = await DnsRelay.open({
      address: end.address,
      port: 0,
      server: { address: server, port: DNS_PORT },
      ...passed,
    });
    if (!relay) continue;
    relays.push(relay);
    const [family, to] = isIpv6(server) ? ['ip6', `[${end.address}]`] : ['ip', end.address];
    rules.push(
      `add rule ${table} ${CHAIN} iifname "${end.device}" ${family} daddr ${server} meta l4proto { tcp, udp } th dport ${DNS_PORT} dnat ${family} to ${to}:${relay.port}`,
    );
  }
  return {
    chain: CHAIN,
    rules:
      rules.length === 0 ? [] : [`add chain ${table} ${CHAIN} { type nat hook prerouting priority -101; }`, ...rules],
    [Symbol.dispose]() {
      for (const relay of relays) relay[Symbol.dispose]();
    },
  };
}

/** The host's end of the link by which the command reaches a server, with its address of the same family. */
function hostEnd(plans: readonly LinkPlan[], server: string, local: readonly string[]) {
  const purpose = local.includes(server) ? 'host-local' : isIpv6(server) ? 'ipv6' : 'ipv4';
  const end = plans.find((plan) => plan.purpose === purpose)?.host;
  const address = end?.addresses.find((each) => isIpv6(each) === isIpv6(server));
  return end && address ? { device: end.device, address } : undefined;
}
