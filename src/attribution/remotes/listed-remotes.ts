import type { Family, InOut } from '../../measurement/traffic.js';
import type { CountedRemotes, RemoteTotals } from './counted-remotes.js';
import { withHiddenHeaders } from './hidden-headers.js';
import type { Carried } from './remote-rows.js';
import type { TalliedRemote } from './remote-tally.js';

/** What nftables counted. */
export type Listed = {
  readonly remotes: readonly TalliedRemote[];
  /** IP octets that a full set had no place for. */
  readonly uncounted: Readonly<Record<Family, InOut<number>>>;
  /** Nothing had crossed before the remotes were counted. */
  readonly isWhole: boolean;
};

/** The remotes that nftables counted, with what each had on the wire. */
export function listedRemotes({ remotes, uncounted, isWhole }: Listed, carried: Carried): CountedRemotes {
  const octets = new Map(remotes.map((remote) => [remote, { in: 0, out: 0 }]));
  for (const { families, wireOctets } of carried) {
    const ours = remotes.filter(({ family }) => families.includes(family));
    for (const way of ['in', 'out'] as const) {
      const unplaced = families.reduce((sum, family) => sum + uncounted[family][way], 0);
      const counts = ours.map((remote) => remote[way]);
      for (const [index, share] of withHiddenHeaders(counts, wireOctets[way] - unplaced, isWhole).entries()) {
        const remote = ours[index];
        const known = remote && octets.get(remote);
        if (known) known[way] = share;
      }
    }
  }
  const hasPorts = ({ protocol }: TalliedRemote) => protocol === 'tcp' || protocol === 'udp';
  const sum = (belongs: (remote: TalliedRemote) => boolean, what: 'payload' | 'bytes') => {
    const each = (way: 'in' | 'out') =>
      remotes.reduce((total, remote) => total + (belongs(remote) ? remote[way][what] : 0), 0);
    return { in: each('in'), out: each('out') };
  };
  const { ipv4, ipv6 } = uncounted;
  const isComplete = ipv4.in + ipv4.out + ipv6.in + ipv6.out === 0;
  const payload = sum(hasPorts, 'payload');
  const isPortless = (remote: TalliedRemote) => !hasPorts(remote);
  return {
    remotes: remotes.map((remote): RemoteTotals => {
      const way = (name: 'in' | 'out') => ({
        wireOctets: octets.get(remote)?.[name] ?? 0,
        payload: remote[name].payload,
      });
      return { ...remote, in: way('in'), out: way('out') };
    }),
    others: uncounted,
    // What had no place is not known by header, and so not by payload.
    payload: {
      in: ipv4.in + ipv6.in > 0 ? null : payload.in,
      out: ipv4.out + ipv6.out > 0 ? null : payload.out,
    },
    datagrams: isComplete ? sum(({ protocol }) => protocol === 'udp', 'payload') : undefined,
    portless: { payload: sum(isPortless, 'payload'), packets: sum(isPortless, 'bytes') },
  };
}
