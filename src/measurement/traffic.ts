import type { IpOctets, LinkBytes, Packets } from '../units.js';

/** Both directions, as the command sees them. */
export type InOut<T> = { readonly in: T; readonly out: T };

/** One direction of one traffic class, by layer. `null`: could not be measured. */
export type Layers = {
  /**
   * IP bytes as on the wire, each segment with its own headers: of packets that left the command's network namespace towards
   * the outside, or entered it from there. The headline; budgets judge it.
   */
  readonly wireOctets: IpOctets | null;
  /** IP bytes as the kernel's IP layer handled them: the headers of a GSO packet once. */
  readonly ipOctets: IpOctets | null;
  /** Frame bytes as /proc/net/dev counted them. */
  readonly linkBytes: LinkBytes | null;
  /** Packets on the wire. */
  readonly packets: Packets | null;
};

/** All that the command moved, by where it went. */
export type Traffic = {
  /** What left or entered the namespace; by family where the family exists. */
  readonly external: InOut<Layers> & { readonly ipv4?: InOut<Layers>; readonly ipv6?: InOut<Layers> };
  /** What stayed on `lo` inside. */
  readonly loopback: InOut<Layers>;
  /** What met this machine's own addresses; absent where the isolation cannot distinguish it from loopback. */
  readonly hostLocal?: InOut<Layers>;
  /**
   * What the kernel refused (--enforce, --kill, --allow, --deny), in no other number: of the command's own (out) and of what
   * was for it (in), as its IP layer handled it. Absent where nothing was refused.
   */
  readonly blocked?: InOut<{ readonly ipOctets: IpOctets; readonly packets: Packets }>;
  /** What of `external` this machine itself ended or made: another end sees other numbers. Absent: nothing was seen. */
  readonly behindWire?: readonly BehindWire[];
};

/** Packets that are counted in one direction, and that no other end has sent, or got. */
export type BehindWire = {
  /**
   * multicast: multicast and broadcast, which stays on its link. not-ip: frames of other protocols, which are not forwarded.
   * discarded: their TTL ended here, or their address leads nowhere. strays: of no connection any more, so that they cannot be
   * translated, or of a source address that is not the command's. icmp-errors: this machine's own answers.
   */
  readonly kind: 'multicast' | 'not-ip' | 'discarded' | 'strays' | 'icmp-errors';
  readonly way: 'in' | 'out';
  /** null: not known. */
  readonly packets: Packets | null;
  /** As the IP layer handled them. null: not known. */
  readonly ipOctets: IpOctets | null;
  /** at-least: not each could be seen. at-most: others' may be among them. */
  readonly certainty: 'exact' | 'at-least' | 'at-most';
};

/** Of the Internet Protocol. */
export type Family = 'ipv4' | 'ipv6';

/** ICMP errors of both families. IPv4 reports a packet that was too big as a destination that is unreachable. */
export type IcmpErrors = {
  readonly destinationUnreachable: number | null;
  readonly packetTooBig: number | null;
  readonly timeExceeded: number | null;
  readonly parameterProblem: number | null;
};

/**
 * The namespace's own protocol counters, loopback included: what both ends inside did to each other is counted at both.
 * `null`: the kernel does not say.
 */
export type Protocol = {
  readonly tcp: {
    readonly segmentsIn: number | null;
    readonly segmentsOut: number | null;
    /** SYNs too. */
    readonly retransmittedSegments: number | null;
    readonly synRetransmits: number | null;
    /** Times that a retransmit timer ran out. */
    readonly retransmitTimeouts: number | null;
    readonly resetsSent: number | null;
    /** Established connections that the other side reset, at least. */
    readonly resetsReceived: number | null;
    /** Connections that ended without a goodbye: reset by the other side, or given up by this one. */
    readonly establishedResets: number | null;
    readonly connectionsOpened: number | null;
    readonly connectionsAccepted: number | null;
    readonly connectionsFailed: number | null;
    /** Those of the failed ones that a reset answered; null where they cannot be distinguished from the others. */
    readonly connectionsRefused: number | null;
    /** Given up after unanswered retransmits, connects included. */
    readonly connectionsTimedOut: number | null;
    readonly listenOverflows: number | null;
    readonly listenDrops: number | null;
    readonly checksumErrors: number | null;
  };
  readonly udp: {
    readonly datagramsIn: number | null;
    readonly datagramsOut: number | null;
    /** What could not be delivered, `receiveBufferErrors` and `checksumErrors` included. */
    readonly errors: number | null;
    readonly noPort: number | null;
    readonly receiveBufferErrors: number | null;
    readonly sendBufferErrors: number | null;
    readonly checksumErrors: number | null;
  };
  readonly icmp: InOut<IcmpErrors> & { readonly checksumErrors: number | null };
  /** Errors and drops at the namespace's link to the outside. */
  readonly link: { readonly errors: number | null; readonly drops: number | null };
};
