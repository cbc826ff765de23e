import { ELEMENT_LIFE_DAYS } from './remote-rules.js';

type Counted = { readonly packets: number; readonly bytes: number };

/** What the kernel counted of one remote, one way. Bytes are IP octets, a super-packet's header counted once. */
export type RemoteEntry = Counted & {
  /** all: every packet. first: TCP's SYNs (of who opens) or SYN and ACKs (of who accepts), UDP's until an answer came. */
  readonly what: 'all' | 'first';
  readonly family: 'ipv4' | 'ipv6';
  readonly way: 'in' | 'out';
  /** Who opened the connection: with the client the port is the remote's, with the server the command's own. */
  readonly role: 'client' | 'server' | null;
  /** As nft prints it: tcp, udp, icmp ..., or a number. */
  readonly protocol: string;
  readonly address: string;
  readonly port: number | null;
  /** Bytes of the TCP header. */
  readonly headerLength: number | null;
  /** ms before the listing: of the last packet (all), or the first one (first). */
  readonly agoMs: number;
};

/** What had no place left in its set. */
export type UncountedRemotes = Counted & { readonly family: 'ipv4' | 'ipv6'; readonly way: 'in' | 'out' };

type Place = { readonly kind: 'set' | 'chain'; readonly name: string };

/** Reads, line by line, what `nft list table` prints of the sets and chains that remote-rules.ts made. */
export class RemoteListing {
  readonly #take: (entry: RemoteEntry) => void;
  readonly #takeUncounted: (rest: UncountedRemotes) => void;
  #at: Place | undefined;

  constructor(take: (entry: RemoteEntry) => void, takeUncounted: (rest: UncountedRemotes) => void) {
    this.#take = take;
    this.#takeUncounted = takeUncounted;
  }

  line(text: string): void {
    const opened = /^\s*(set|chain) (\S+) \{/.exec(text);
    if (opened) this.#at = { kind: opened[1] as Place['kind'], name: opened[2] ?? '' };
    else if (this.#at?.kind === 'set') this.#elements(this.#at.name, text);
    else if (this.#at?.kind === 'chain') this.#rest(this.#at.name, text);
  }

  #elements(set: string, text: string): void {
    const name = /^nm_(tcp|udp|other)(first)?_(in|out)([46])(?:_(client|server))?$/.exec(set);
    if (!name) return;
    const [, what, first, way, family, role] = name;
    for (const [, key = '', packets, bytes, expires = ''] of text.matchAll(ELEMENT)) {
      const [address = '', second = '', third] = key.split(' . ');
      this.#take({
        what: first ? 'first' : 'all',
        family: family === '4' ? 'ipv4' : 'ipv6',
        way: way as 'in' | 'out',
        role: (role as RemoteEntry['role'] | undefined) ?? null,
        protocol: what === 'other' ? second : (what ?? ''),
        address,
        port: what === 'other' ? null : Number(second),
        headerLength: third === undefined ? null : headerLength(third),
        agoMs: LIFE_MS - milliseconds(expires),
        packets: Number(packets),
        bytes: Number(bytes),
      });
    }
  }

  #rest(chain: string, text: string): void {
    const name = /^nm_(in|out)([46])$/.exec(chain);
    const counter = /^\s*counter packets (\d+) bytes (\d+)/.exec(text);
    if (!name || !counter) return;
    this.#takeUncounted({
      family: name[2] === '4' ? 'ipv4' : 'ipv6',
      way: name[1] as 'in' | 'out',
      packets: Number(counter[1]),
      bytes: Number(counter[2]),
    });
  }
}

const ELEMENT = /([^\s{,][^{,]*?) counter packets (\d+) bytes (\d+) timeout \S+ expires (\w+)/g;

const LIFE_MS = ELEMENT_LIFE_DAYS * 86_400_000;

/** The upper four bits of the byte count words of 32 bits (RFC 9293, data offset). nft prints it in hexadecimal. */
const headerLength = (byte: string) => (Number(byte) >> 4) * 4;

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** nft's time: 364d23h59m59s992ms. */
function milliseconds(time: string): number {
  const parts = [...time.matchAll(/(\d+)(d|h|ms|m|s)/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
}
