import type { Family, InOut } from '../../measurement/traffic.js';
import type { Portless } from '../counted-payload.js';

/** One remote, by protocol and service port. */
export type RemoteTotals = {
  readonly family: Family;
  readonly role: 'client' | 'server' | null;
  readonly protocol: string;
  readonly address: string;
  readonly port: number | null;
  readonly in: RemoteWay;
  readonly out: RemoteWay;
  /** Connections that were answered, and first packets that asked for one. */
  readonly opened: number;
  readonly attempts: number;
  /** ms before the listing. */
  readonly firstAgoMs: number | undefined;
  readonly lastAgoMs: number | undefined;
};

/** IP octets as on the wire, and those of them behind all headers. */
type RemoteWay = { readonly wireOctets: number; readonly payload: number };

/** All remotes that packets were counted of, however that was done. */
export type CountedRemotes = {
  readonly remotes: readonly RemoteTotals[];
  /** IP octets of those that there was no place for. */
  readonly others: Readonly<Record<Family, InOut<number>>>;
  /** Of TCP and UDP, the others included; null: not known of them. */
  readonly payload: InOut<number | null>;
  /** Payload of UDP; undefined: not all of it is known. */
  readonly datagrams: InOut<number> | undefined;
  /** Of protocols without ports. */
  readonly portless: Portless;
};
