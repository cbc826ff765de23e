import { type Attributes, decodeAttributes } from '../attribute.js';
import type { NetlinkSocket } from '../socket.js';
import { type AddressFamily, familyOfNumber } from './numbers.js';

/** What a rule does with a packet that it selects: FR_ACT_*, linux/fib_rules.h. */
const ACTIONS = { 1: 'table', 2: 'goto', 3: 'nop', 6: 'blackhole', 7: 'unreachable', 8: 'prohibit' } as const;

/**
 * A rule of routing policy (ip-rule(8)): which packets look up which table. Of the selectors those by which a packet that is
 * made here and one that is forwarded can differ; `table` 0: a device's own (VRF).
 */
export type PolicyRule = {
  readonly family: AddressFamily;
  readonly priority: number;
  readonly action: (typeof ACTIONS)[keyof typeof ACTIONS] | 'other';
  readonly table: number;
  /** It selects what does not fit. */
  readonly isInverted: boolean;
  /** First and last user whose sockets' packets it selects. */
  readonly users?: readonly [first: number, last: number];
  readonly mark?: { readonly value: number; readonly mask: number };
  /** The device that a packet came in by; `lo`: it is made here. */
  readonly inDevice?: string;
  /** The device that a socket is bound to. */
  readonly outDevice?: string;
  /** It selects by where a packet comes from. */
  readonly hasSource: boolean;
};

const RTM_GETRULE = 34;
/** struct fib_rule_hdr, linux/fib_rules.h. */
const HEADER = 12;
const FIB_RULE_INVERT = 2;

/** enum fra_attributes. */
const FRA = { SRC: 2, IIFNAME: 3, PRIORITY: 6, FWMARK: 10, TABLE: 15, FWMASK: 16, OIFNAME: 17, UID_RANGE: 20 } as const;

/** All rules of both families, in the order in which a packet meets those of its own. */
export function listPolicyRules(socket: NetlinkSocket): PolicyRule[] {
  return socket.dump({ type: RTM_GETRULE, payload: Buffer.alloc(HEADER) }).flatMap(({ payload }) => {
    const family = familyOfNumber(payload[0]);
    return family ? [decodeRule(family, payload)] : [];
  });
}

function decodeRule(family: AddressFamily, payload: Buffer): PolicyRule {
  const attributes = decodeAttributes(payload.subarray(HEADER));
  return {
    family,
    priority: attributes.u32(FRA.PRIORITY) ?? 0,
    action: ACTIONS[payload[7] as keyof typeof ACTIONS] ?? 'other',
    table: attributes.u32(FRA.TABLE) ?? payload[4] ?? 0,
    isInverted: (payload.readUInt32LE(8) & FIB_RULE_INVERT) !== 0,
    hasSource: attributes.bytes(FRA.SRC) !== undefined,
    ...selectors(attributes),
  };
}

function selectors(attributes: Attributes): Pick<PolicyRule, 'users' | 'mark' | 'inDevice' | 'outDevice'> {
  const users = attributes.bytes(FRA.UID_RANGE);
  const value = attributes.u32(FRA.FWMARK);
  const inDevice = attributes.string(FRA.IIFNAME);
  const outDevice = attributes.string(FRA.OIFNAME);
  return {
    ...(users && { users: [users.readUInt32LE(0), users.readUInt32LE(4)] }),
    ...(value !== undefined && { mark: { value, mask: attributes.u32(FRA.FWMASK) ?? 0xffffffff } }),
    ...(inDevice !== undefined && { inDevice }),
    ...(outDevice !== undefined && { outDevice }),
  };
}
