/** As /proc/net/ip_tables_names and its like say them: of which family a table is. */
export type LegacyFamily = 'ip' | 'ip6';

/** NF_INET_FORWARD, NF_INET_LOCAL_OUT (linux/netfilter.h). */
export const HOOKS = { forward: 2, output: 3 } as const;
export type LegacyHook = keyof typeof HOOKS;

/** A chain of the kernel's own: what its rules do, by their targets' names, and what becomes of all other packets. */
export type LegacyChain = { readonly policy: 'accept' | 'drop'; readonly targets: readonly string[] };
export type LegacyTable = {
  readonly family: LegacyFamily;
  readonly name: string;
  readonly chains: Partial<Record<LegacyHook, LegacyChain>>;
};

/** struct ipt_getinfo, struct ip6t_getinfo (linux/netfilter_ipv4/ip_tables.h): the name stands before these. */
export const NAME_SIZE = 32;
export const INFO = { hooks: 32, first: 36, policy: 56, size: 80, length: 84 } as const;
/** struct ipt_get_entries: the name, the size, and the entries. */
export const ENTRIES = { size: 32, first: 40 } as const;

/** Where an entry (struct ipt_entry, struct ip6t_entry) says how far its target, and the next entry, are. */
const ENTRY = { ip: { target: 88, next: 90 }, ip6: { target: 140, next: 142 } } as const;
/** struct xt_entry_target: its size, its name, and of a standard one, which has no name, the verdict. */
const TARGET = { name: 2, nameSize: 29, verdict: 32 } as const;

/** Verdicts are negative, less one; what is not is a jump (NF_DROP 0, NF_ACCEPT 1, XT_RETURN). */
const VERDICTS = new Map([
  [-1, 'DROP'],
  [-2, 'ACCEPT'],
  [-5, 'RETURN'],
]);
const JUMP = 'JUMP';

/**
 * Reads what the kernel says of a table.
 * @param info a struct ipt_getinfo. @param entries the table's own, `info`'s size of them
 */
export function decodeTable(family: LegacyFamily, info: Buffer, entries: Buffer): LegacyTable {
  const name = info.toString('latin1', 0, NAME_SIZE).replace(/\0.*$/s, '');
  const valid = info.readUInt32LE(INFO.hooks);
  const chains: Partial<Record<LegacyHook, LegacyChain>> = {};
  for (const hook of Object.keys(HOOKS) as LegacyHook[]) {
    const number = HOOKS[hook];
    if ((valid & (1 << number)) === 0) continue;
    const [first, last] = [info.readUInt32LE(INFO.first + number * 4), info.readUInt32LE(INFO.policy + number * 4)];
    const policy = targetAt(family, entries, last) === 'DROP' ? 'drop' : 'accept';
    chains[hook] = { policy, targets: targetsBetween(family, entries, { first, last }) };
  }
  return { family, name, chains };
}

function targetsBetween(family: LegacyFamily, entries: Buffer, { first, last }: { first: number; last: number }) {
  const targets: string[] = [];
  for (let at = first; at < last; ) {
    targets.push(targetAt(family, entries, at) ?? '');
    const next = at + ENTRY[family].next + 2 > entries.length ? 0 : entries.readUInt16LE(at + ENTRY[family].next);
    if (next === 0) break;
    at += next;
  }
  return targets;
}

/** Undefined: what is there is no entry. */
function targetAt(family: LegacyFamily, entries: Buffer, at: number): string | undefined {
  const { target } = ENTRY[family];
  if (at + target + 2 > entries.length) return undefined;
  const start = at + entries.readUInt16LE(at + target);
  if (start + TARGET.verdict + 4 > entries.length) return undefined;
  const name = entries.toString('latin1', start + TARGET.name, start + TARGET.name + TARGET.nameSize);
  const text = name.replace(/\0.*$/s, '');
  return text === '' ? (VERDICTS.get(entries.readInt32LE(start + TARGET.verdict)) ?? JUMP) : text;
}
