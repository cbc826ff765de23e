import { attempt } from '../../linux/attempt.js';
import { CONNECTION_COUNTS } from './connections/connections.js';
import { type Maps, UNKNOWN_NAMESPACES } from './meter-maps.js';
import { number } from './number.js';
import { LOOPBACK_DEVICE } from './packet-context.js';
import { ANY_DEVICE } from './packets/fragments.js';
import { INSIDE, insideAddress, insideKey } from './remotes/remote-layout.js';
import { decodeTotals, TOTAL, TOTALS_COUNT, type TotalOf } from './totals.js';

/** What is known of addresses and namespaces. */
export type Inside = {
  /** Addresses that are not outside: of the command's own namespaces, and of the run's. */
  readonly nested: readonly string[];
  readonly host: readonly string[];
  /** False: which namespaces were there before should be known, and is not. */
  readonly isOwnKnown: boolean;
};

const EMPTY = Buffer.alloc(0);

export const readTotals = ({ totals }: Maps, cpus: number): TotalOf[] =>
  decodeTotals(totals.lookup(number(0), TOTALS_COUNT * TOTAL.size * cpus) ?? EMPTY);

export function readConnections({ counts }: Maps, cpus: number) {
  const values = counts.lookup(number(0), CONNECTION_COUNTS.size * cpus) ?? EMPTY;
  const { opened, closed, refused, late } = CONNECTION_COUNTS.sum(values);
  return { opened: Number(opened), closed: Number(closed), refused: Number(refused), late: Number(late) };
}

export function readInside({ inside, earlier }: Maps): Inside {
  const keys = [...inside.keys()];
  const of = (whose: number) =>
    keys.filter((key) => inside.lookup(key)?.readUInt32LE() === whose).map((key) => insideAddress(key));
  const isOwnKnown = earlier.lookup(UNKNOWN_NAMESPACES) === undefined;
  return { nested: of(INSIDE.nested), host: of(INSIDE.host), isOwnKnown };
}

/** Where there is no room for one more, it stays unknown. */
export const learnMtu = ({ mtus }: Maps, device: number, mtu: number): void =>
  attempt(() => mtus.update(number(device), number(mtu)));

/** Those that are there at first. */
export function learnMtus(maps: Maps, mtus: ReadonlyMap<number, number>): void {
  for (const [device, mtu] of mtus) learnMtu(maps, device, mtu);
  const others = [...mtus].flatMap(([device, mtu]) => (device === LOOPBACK_DEVICE ? [] : [mtu]));
  if (others.length > 0) maps.mtus.update(number(ANY_DEVICE), number(Math.min(...others)));
}

export function learnAddresses({ inside }: Maps, addresses: readonly string[]): void {
  for (const address of addresses) inside.update(insideKey(address), number(INSIDE.host));
}
