import type { InOut } from '../measurement/traffic.js';

/** Payload that the kernel counted packet by packet, of all remotes. What the wire carried beyond it is headers. */
export type CountedPayload = {
  /** null: some of it cannot be separated from its headers. */
  readonly all: InOut<number | null>;
  /** UDP's; undefined: not all of it is known. */
  readonly datagrams: InOut<number> | undefined;
  /** Of protocols without ports (ICMP, raw sockets), which `all` leaves out; none by default. */
  readonly portless?: Portless;
  /** What crossed more than once. */
  readonly retransmitted?: Retransmitted;
  /** Some of what processes moved may have stayed among namespaces that the command has made. */
  readonly staysInside?: boolean;
};

/** Behind their IP headers, and with them. */
export type Portless = { readonly payload: InOut<number>; readonly packets: InOut<number> };

/** Payload that crossed more than once. What came in is only known up to each connection's last octet, its FIN. */
export type Retransmitted = InOut<{ readonly least: number; readonly most: number } | undefined>;
