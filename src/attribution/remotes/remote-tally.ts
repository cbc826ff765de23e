import type { Family } from '../../measurement/traffic.js';

/** What the kernel counted of one remote, one way (isolation/remotes/read-remotes.ts). */
export type CountedOneWay = {
  readonly what: 'all' | 'first';
  readonly family: Family;
  readonly way: 'in' | 'out';
  readonly role: 'client' | 'server' | null;
  readonly protocol: string;
  readonly address: string;
  readonly port: number | null;
  readonly headerLength: number | null;
  readonly agoMs: number;
  readonly packets: number;
  readonly bytes: number;
};

/** One way of a remote: IP octets with a GSO packet's header counted once, its payload, and the octets of the headers that hides. */
export type Counted = { bytes: number; payload: number; hiddenHeaders: number };

/** One remote, by protocol and service port, as nftables count it. */
export type TalliedRemote = {
  readonly family: Family;
  readonly role: 'client' | 'server' | null;
  readonly protocol: string;
  readonly address: string;
  readonly port: number | null;
  readonly in: Counted;
  readonly out: Counted;
  /** Connections that were answered, and first packets that asked for one. */
  opened: number;
  attempts: number;
  firstAgoMs: number | undefined;
  lastAgoMs: number | undefined;
};

/** Sums up the entries of each remote, protocol and port. */
export class RemoteTally {
  readonly #mtu: number;
  readonly #remotes = new Map<string, TalliedRemote>();

  constructor(mtu: number) {
    this.#mtu = mtu;
  }

  get remotes(): TalliedRemote[] {
    return [...this.#remotes.values()];
  }

  add(entry: CountedOneWay): void {
    const remote = this.#of(entry);
    if (entry.what === 'first') addFirst(remote, entry);
    else addAll(remote, entry, this.#mtu);
  }

  #of({ family, role, protocol, address, port }: CountedOneWay): TalliedRemote {
    const key = `${role} ${protocol} ${address} ${port}`;
    const known = this.#remotes.get(key);
    if (known) return known;
    const none = () => ({ bytes: 0, payload: 0, hiddenHeaders: 0 });
    const totals = { family, role, protocol, address, port, in: none(), out: none(), opened: 0, attempts: 0 };
    const made: TalliedRemote = { ...totals, firstAgoMs: undefined, lastAgoMs: undefined };
    this.#remotes.set(key, made);
    return made;
  }
}

function addFirst(remote: TalliedRemote, { role, way, packets, agoMs }: CountedOneWay): void {
  const isOpener = (role === 'client') === (way === 'out');
  if (isOpener) remote.attempts += packets;
  else remote.opened += packets;
  remote.firstAgoMs = Math.max(remote.firstAgoMs ?? 0, agoMs);
}

function addAll(remote: TalliedRemote, entry: CountedOneWay, mtu: number): void {
  const counted = remote[entry.way];
  const header = headerOctets(entry);
  const payload = entry.bytes - entry.packets * header;
  counted.bytes += entry.bytes;
  counted.payload += payload;
  // A packet that is larger than the wire takes was several there, each with a header of its own.
  counted.hiddenHeaders += Math.max(0, Math.ceil(payload / (mtu - header)) - entry.packets) * header;
  remote.lastAgoMs = Math.min(remote.lastAgoMs ?? Infinity, entry.agoMs);
}

/** IP header without options (RFC 791, RFC 8200) and the transport's: TCP's own length, UDP's 8 octets (RFC 768). */
function headerOctets({ family, protocol, headerLength }: CountedOneWay): number {
  const transport = headerLength ?? (protocol === 'udp' ? 8 : 0);
  return (family === 'ipv4' ? 20 : 40) + transport;
}
