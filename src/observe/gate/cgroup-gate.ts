import { BpfLink } from '../../linux/bpf/bpf-link.js';
import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { BpfMap, type BpfMapPlan } from '../../linux/bpf/maps/bpf-map.js';
import { Closing } from '../../linux/closing.js';
import { addressText } from '../../linux/ip/ip-address.js';
import { type AddressRange, rangeKey } from './address-range.js';
import {
  ATTEMPT,
  ATTEMPT_KEY,
  EXEMPT,
  type GateMaps,
  MOST_ATTEMPTS,
  MOST_RANGES,
  RANGE,
  SPENT,
} from './gate-layout.js';
import { refuseSends, SEND_HOOKS } from './refuse-sends.js';

export type GatePlan = {
  /** Nothing but this may be reached; undefined: everything. */
  readonly allow?: readonly AddressRange[] | undefined;
  readonly deny: readonly AddressRange[];
  /** May be asked for names. */
  readonly nameservers: readonly AddressRange[];
  /** This machine's own, which are left alone. */
  readonly local: readonly AddressRange[];
  /** External octets on the wire; what is absent is not limited. */
  readonly limits: { readonly in?: number; readonly out?: number; readonly total?: number };
};

/** A destination that was refused. */
export type RefusedDestination = {
  readonly address: string;
  readonly protocol: number;
  /** 0: the protocol has no ports. */
  readonly port: number;
  readonly packets: number;
};

type Spent = ReturnType<typeof SPENT.sum>;

const ONLY = Buffer.alloc(4);
const NO_LIMIT = 2n ** 62n;

/** Holds the sockets of a control group, and of those below it, back: from destinations, and beyond limits. */
export class CgroupGate implements Disposable {
  readonly #closing = new Closing();
  /** What a meter at the same group needs to refuse packets before it counts them. */
  readonly maps: GateMaps;

  /**
   * From now on connects and datagrams are judged; packets are by the meter that is given the maps.
   * @param group a descriptor of the control group's folder
   * @throws {LinuxError} bpf(2) is refused (EPERM), or this kernel has not what is needed (EINVAL, before Linux 5.7)
   */
  static attach(group: number, plan: GatePlan): CgroupGate {
    const gate = new CgroupGate(plan);
    try {
      gate.#attach(group);
      return gate;
    } catch (error) {
      gate[Symbol.dispose]();
      throw error;
    }
  }

  private constructor({ allow, deny, nameservers, local, limits }: GatePlan) {
    const map = (plan: BpfMapPlan) => this.#closing.add(BpfMap.create(plan));
    const trie = { type: 'lpmTrie', keySize: RANGE.size, valueSize: 4, maxEntries: MOST_RANGES } as const;
    const attempts = { keySize: ATTEMPT_KEY.size, valueSize: ATTEMPT.size, maxEntries: MOST_ATTEMPTS };
    this.maps = {
      exempt: map({ ...trie, name: 'nm_exempt' }),
      allowed: map({ ...trie, name: 'nm_allowed' }),
      denied: map({ ...trie, name: 'nm_denied' }),
      attempts: map({ type: 'hash', name: 'nm_attempts', ...attempts }),
      spent: map({ type: 'array', name: 'nm_spent', keySize: 4, valueSize: SPENT.size, maxEntries: 1 }),
      allowsListedAlone: allow !== undefined,
    };
    list(this.maps.exempt, nameservers, EXEMPT.names);
    this.exempt(local);
    list(this.maps.allowed, allow ?? [], EXEMPT.any);
    list(this.maps.denied, deny, EXEMPT.any);
    const { in: mostIn, out: mostOut, total: mostTotal } = limits;
    this.#write({ mostIn: most(mostIn), mostOut: most(mostOut), mostTotal: most(mostTotal) });
  }

  /** Leaves addresses alone that this machine has got. */
  exempt(local: readonly AddressRange[]): void {
    list(this.maps.exempt, local, EXEMPT.any);
  }

  /** Destinations that were refused, the most frequent first. */
  attempts(): RefusedDestination[] {
    const { attempts } = this.maps;
    const rows = [...attempts.keys()].map((key) => ({
      address: addressText(key.subarray(ATTEMPT_KEY.address, ATTEMPT_KEY.address + 16)),
      protocol: key.readUInt8(ATTEMPT_KEY.protocol),
      port: key.readUInt16BE(ATTEMPT_KEY.port),
      packets: Number(ATTEMPT.sum(attempts.lookup(key) ?? Buffer.alloc(ATTEMPT.size)).packets),
    }));
    return rows.sort((a, b) => b.packets - a.packets);
  }

  /** What was spent, and refused, so far. */
  get spent(): Spent {
    return SPENT.sum(this.maps.spent.lookup(ONLY) ?? Buffer.alloc(SPENT.size));
  }

  /** Refuses everything external from now on. */
  refuse(): void {
    const { spent } = this;
    if (spent.refuses === 0n) this.#write({ ...spent, refuses: 1n });
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }

  #attach(group: number): void {
    for (const hook of SEND_HOOKS) {
      const code = refuseSends(hook, this.maps);
      using program = BpfProgram.load({ type: 'cgroupSockAddr', name: `nm_${hook}`, attachment: hook, code });
      this.#closing.add(BpfLink.toCgroup(program, group));
    }
  }

  #write(record: Partial<Spent>): void {
    const value = Buffer.alloc(SPENT.size);
    for (const field of Object.keys(SPENT.at) as (keyof Spent)[])
      value.writeBigUInt64LE(record[field] ?? 0n, SPENT.at[field]);
    this.maps.spent.update(ONLY, value);
  }
}

const most = (limit: number | undefined) => (limit === undefined ? NO_LIMIT : BigInt(Math.max(0, Math.floor(limit))));

function list(map: BpfMap, ranges: readonly AddressRange[], value: number): void {
  const meaning = Buffer.alloc(4);
  meaning.writeUInt32LE(value);
  for (const range of ranges) map.update(rangeKey(range), meaning);
}
