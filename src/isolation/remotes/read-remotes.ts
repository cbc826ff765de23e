import { setImmediate as breathe } from 'node:timers/promises';
import { addressText } from '../../linux/ip/ip-address.js';
import type { TableName } from '../../linux/netlink/netfilter/command.js';
import type { Element } from '../../linux/netlink/netfilter/definitions.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { protocolName } from '../machine/protocol-name.js';
import type { RemoteEntry, UncountedRemotes } from './remote-entry.js';
import {
  type CountedFamily,
  ELEMENT_LIFE_MS,
  type RemoteSet,
  type Role,
  remoteSets,
  restChain,
} from './remote-sets.js';

/** Where remotes are counted, by the rules of remote-rules.ts. */
export type CountedTable = {
  readonly table: TableName;
  readonly families: readonly CountedFamily[];
  readonly roles: readonly Role[];
};

const WAYS = ['in', 'out'] as const;
const FAMILY = { 4: 'ipv4', 6: 'ipv6' } as const;

/**
 * Hands over what was counted of each remote, page by page, and lets other things happen in between.
 * @throws {LinuxError} ENOENT where the table is gone
 */
export async function readRemotes(
  nftables: Nftables,
  { table, families, roles }: CountedTable,
  take: (entry: RemoteEntry) => void,
  takeUncounted: (rest: UncountedRemotes) => void,
): Promise<void> {
  for (const set of families.flatMap((family) => remoteSets(family, roles))) {
    for (const page of nftables.elementPages(table, set.name)) {
      for (const element of page) take(remoteEntry(set, element));
      await breathe();
    }
  }
  for (const family of families) for (const way of WAYS) takeUncounted(uncounted(nftables, table, family, way));
}

/** What an element of a set of remotes says. */
export function remoteEntry(
  set: RemoteSet,
  { key = Buffer.alloc(0), expression, expiration = 0n }: Element,
): RemoteEntry {
  const { what, isFirst, family, way, role } = set;
  const [address = Buffer.alloc(0), second, third] = partsOf(set, key);
  const counter = expression?.kind === 'counter' ? expression : NOTHING;
  return {
    what: isFirst ? 'first' : 'all',
    family: FAMILY[family],
    way,
    role,
    protocol: what === 'other' ? protocolName(second?.[0] ?? 0) : what,
    address: addressText(address),
    port: what === 'other' ? null : (second?.readUInt16BE() ?? null),
    headerLength: third?.[0] === undefined ? null : headerLength(third[0]),
    agoMs: ELEMENT_LIFE_MS - Number(expiration),
    packets: Number(counter.packets ?? 0n),
    bytes: Number(counter.bytes ?? 0n),
  };
}

/** The fields of a key, which fill up registers of four bytes. */
function partsOf({ key: fields }: RemoteSet, key: Buffer): Buffer[] {
  let at = 0;
  return fields.map(({ octets }) => {
    const part = key.subarray(at, at + octets);
    at += 4 * Math.ceil(octets / 4);
    return part;
  });
}

/** The upper four bits of the byte count words of 32 bits (RFC 9293, data offset). */
const headerLength = (byte: number) => (byte >> 4) * 4;

const NOTHING: { readonly packets?: bigint; readonly bytes?: bigint } = {};

/** The last rule of a chain counts. */
function uncounted(nftables: Nftables, table: TableName, family: CountedFamily, way: 'in' | 'out'): UncountedRemotes {
  const last = nftables.rules(table, restChain(way, family)).at(-1)?.expressions?.[0];
  const { packets = 0n, bytes = 0n } = last?.kind === 'counter' ? last : NOTHING;
  return { family: FAMILY[family], way, packets: Number(packets), bytes: Number(bytes) };
}
