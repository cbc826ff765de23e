import type { Milliseconds } from '../units.js';
import type { Family } from './traffic.js';

/** Where the command ran, by kind, with what a reader must know of it to judge the numbers. */
export type Isolation =
  /** A network namespace with a veth pair for each family. */
  | { readonly kind: 'veth'; readonly mtu: number; readonly families: readonly Family[] }
  /** A namespace of an ordinary user, whose packets a program of that user carries. */
  | {
      readonly kind: 'user-mode';
      readonly tool: 'pasta' | 'slirp4netns';
      readonly mtu: number;
      readonly families: readonly Family[];
    }
  /** netmeter's own namespace, shared with whatever else lives there; `devices` are those counted as external. */
  | { readonly kind: 'host'; readonly devices: readonly string[] }
  /** Another namespace that was there before. */
  | { readonly kind: 'join'; readonly netns: string; readonly devices: readonly string[] }
  /** A namespace with loopback alone. */
  | { readonly kind: 'offline' };

/** What else used a shared namespace. */
export type Contamination = {
  /**
   * shared: others were seen, and the external numbers are an upper bound of the command's. unknown: nobody was seen where it
   * was looked, and between two looks somebody may have been. clean: nothing moved at all, or the namespace has nobody else.
   */
  readonly grade: 'clean' | 'shared' | 'unknown';
  /** External IP octets that moved while the command did not run, before and after it. null: not looked for. */
  readonly idleOctets: number | null;
  /** How long it was watched without the command. */
  readonly idleMs: Milliseconds;
  /** Connections to the outside that were not the command's. null: could not be listed. */
  readonly foreignConnections: number | null;
};

/** A connect to where the command could not go, because there is no way out (offline) or it may not (--allow, --deny). */
export type Attempt = {
  readonly address: string;
  readonly protocol: string;
  /** null: the protocol has no ports. */
  readonly port: number | null;
  readonly packets: number;
  /** Names that the command looked up and got this address for; absent where there are none. */
  readonly names?: readonly string[];
};
