type Counted = { readonly packets: number; readonly bytes: number };

/** What the kernel counted of one remote, one way. Bytes are IP octets, a GSO packet's header counted once. */
export type RemoteEntry = Counted & {
  /** all: every packet. first: TCP's SYNs (of who opens) or SYN and ACKs (of who accepts), UDP's until an answer came. */
  readonly what: 'all' | 'first';
  readonly family: 'ipv4' | 'ipv6';
  readonly way: 'in' | 'out';
  /** Who opened the connection: with the client the port is the remote's, with the server the command's own. */
  readonly role: 'client' | 'server' | null;
  /** tcp, udp, icmp ..., or a number. */
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
