import type { BpfMap } from '../../linux/bpf/maps/bpf-map.js';
import type { Places } from './packets/classify.js';
import type { PacketClock, RemoteMaps } from './remotes/count-remote.js';

/** The maps that the programs of one meter share, and the devices that they distinguish. */
export type MeterMaps = RemoteMaps & {
  readonly places: Places | undefined;
  /** The cookie of the run's network namespace; undefined: packets do not name theirs. */
  readonly network?: bigint | undefined;
  /** Devices of that namespace that lead to none of the command's own; for where packets name theirs. */
  readonly outer?: readonly number[] | undefined;
  /** See {@link network}. */
  readonly nested: BpfMap;
  readonly earlier: BpfMap;
  readonly clock: PacketClock;
  /** A {@link TOTAL} for each class, family, protocol and direction. */
  readonly totals: BpfMap;
  /** {@link FOR_MANY} of each CPU. */
  readonly forMany: BpfMap;
  /** The MTU of each device, by its number. */
  readonly mtus: BpfMap;
  /** Has an entry for each socket that is counted; undefined: all are. */
  readonly owned?: BpfMap | undefined;
  /** The program that goes on with DNS messages. */
  readonly next?: { readonly fd: number } | undefined;
};
