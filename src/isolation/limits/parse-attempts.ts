import type { Attempt } from '../../measurement/isolation.js';

type Element = {
  readonly elem?: {
    readonly val?: { readonly concat?: readonly unknown[] };
    readonly counter?: { readonly packets?: number };
  };
};
type Listing = { readonly nftables?: readonly { readonly set?: { readonly elem?: readonly Element[] } }[] };

/** What was tried, the most frequent first, from `nft -j list table`; null where it cannot be read. */
export function parseAttempts(json: string): Attempt[] | null {
  let listing: Listing;
  try {
    listing = JSON.parse(json) as Listing;
  } catch {
    return null;
  }
  const elements = (listing.nftables ?? []).flatMap(({ set }) => set?.elem ?? []);
  return elements.flatMap(attemptOf).sort((a, b) => b.packets - a.packets);
}

/** Numbers of /etc/protocols, which nft prints where a slim system has no such file. */
const PROTOCOLS: Readonly<Record<string, string>> = { 6: 'tcp', 17: 'udp' };

function attemptOf({ elem }: Element): Attempt[] {
  const [address, protocol, port] = elem?.val?.concat ?? [];
  if (typeof address !== 'string') return [];
  return [
    {
      address,
      protocol: PROTOCOLS[String(protocol)] ?? String(protocol),
      port: typeof port === 'number' ? port : null,
      packets: elem?.counter?.packets ?? 0,
    },
  ];
}
