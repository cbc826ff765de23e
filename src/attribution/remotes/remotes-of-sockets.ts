import type { ProcessEvidence } from '../../measurement/processes.js';
import type { RemoteRow, RemoteUse } from '../../measurement/remotes.js';
import { remoteTcp } from './remote-tcp.js';
import type { SeenConnections } from './seen-connections.js';

type Found = Exclude<ProcessEvidence, { evidence: 'none' }>;

/**
 * Whom the command spoke with, by its own sockets: where packets are not counted, or are shared. Payload alone is
 * known, of TCP; what crossed the wire is not.
 * @param seen the ends of the command's connections
 */
export function remotesOfSockets({ evidence, remotes, otherRemotes }: Found, seen?: SeenConnections): RemoteUse {
  const rows = new Map<string, RemoteRow>();
  for (const { address, port, protocol, side, in: incoming, out, connections } of remotes) {
    const key = `${side} ${protocol} ${address} ${port}`;
    const { payloadOctets, connections: others } = rows.get(key) ?? {
      payloadOctets: { in: 0, out: 0 },
      connections: 0,
    };
    rows.set(key, {
      address,
      names: [],
      family: address.includes(':') ? 'ipv6' : 'ipv4',
      protocol,
      port,
      role: side === 'accepted' ? 'server' : side === 'connected' ? 'client' : null,
      wireOctets: { in: null, out: null },
      payloadOctets: { in: (payloadOctets.in ?? 0) + incoming, out: (payloadOctets.out ?? 0) + out },
      connections: (others ?? 0) + connections,
      attempts: null,
      firstSeenMs: null,
      lastSeenMs: null,
      tcp: null,
    });
  }
  // Without packets it is not known who opened a connection: the one with a remote's port is taken for the command's.
  const tcpOf = (row: RemoteRow) =>
    remoteTcp({ ...row, role: row.role ?? 'client', opened: row.connections ?? 0 }, seen);
  const sum = (way: 'in' | 'out') => remotes.reduce((total, row) => total + row[way], otherRemotes[way]);
  const size = ({ payloadOctets }: RemoteRow) => (payloadOctets.in ?? 0) + (payloadOctets.out ?? 0);
  return {
    evidence: evidence === 'traced' ? 'traced-sockets' : 'sampled-sockets',
    rows: [...rows.values()].map((row) => ({ ...row, tcp: tcpOf(row) })).sort((a, b) => size(b) - size(a)),
    others: {
      remotes: otherRemotes.remotes,
      isComplete: evidence === 'traced',
      wireOctets: { in: null, out: null },
    },
    unattributed: { in: null, out: null },
    payloadOctets: { in: sum('in'), out: sum('out') },
  };
}
