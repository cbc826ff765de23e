import { addressBytes } from '../../ip/ip-address.js';
import { be16 } from '../values.js';
import type { Expression } from './expression.js';
import type { Field } from './field.js';
import type { OBJECT_TYPES, REJECT_TYPES, SET_OPERATIONS, VERDICTS } from './numbers.js';
import { FIRST, padded, type Statement } from './statement.js';

/** enum nft_registers: 16 bytes each by the numbers up to 4, 4 bytes each from 8 on; both are the same memory. */
const registerAt = (offset: number) => (offset % 16 === 0 ? FIRST + offset / 16 : 8 + offset / 4);

/** How an element of a set gets there while packets pass. */
export type Remembered = {
  readonly op: keyof typeof SET_OPERATIONS;
  readonly set: string;
  readonly key: readonly Field[];
  /** Milliseconds until it goes. */
  readonly timeout?: bigint;
  /** It counts the packets that met this. */
  readonly counts?: boolean;
};

/** Puts fields of the packet into a set, unless it is full, which ends the rule. */
export function remember({ op, set, key, timeout, counts = false }: Remembered): Statement {
  let offset = 0;
  const steps = key.map((field) => {
    const step = field.load(registerAt(offset));
    offset += padded(field.octets);
    return step;
  });
  const counter = counts ? ({ expression: { kind: 'counter' } } as const) : {};
  const add: Expression = {
    kind: 'dynset',
    set,
    op,
    from: FIRST,
    ...(timeout !== undefined && { timeout }),
    ...counter,
  };
  return { needs: key.flatMap(({ needs }) => needs), steps: [...steps, add] };
}

const alone = (...steps: readonly Expression[]): Statement => ({ needs: [], steps });

export const count: Statement = alone({ kind: 'counter' });

/** Has a counter or quota with a name see the packet. A quota lets those pass that are over it. */
export const passTo = (type: keyof typeof OBJECT_TYPES, name: string): Statement =>
  alone({ kind: 'objref', type, name });

const verdict = (code: keyof typeof VERDICTS, chain?: string): Statement =>
  alone({ kind: 'immediate', to: 0, data: { verdict: { code, ...(chain !== undefined && { chain }) } } });

export const accept: Statement = verdict('accept');
export const drop: Statement = verdict('drop');
export const leave: Statement = verdict('return');
export const goTo = (chain: string): Statement => verdict('goto', chain);

export const masquerade: Statement = alone({ kind: 'masq' });

const NF_NAT_RANGE_PROTO_SPECIFIED = 2;

/** Sends the packet to an address and port instead of its own. */
export function destineTo(address: string, port: number): Statement {
  const bytes = addressBytes(address);
  return alone(
    { kind: 'immediate', to: FIRST, data: { value: bytes } },
    { kind: 'immediate', to: FIRST + 1, data: { value: be16(port) } },
    {
      kind: 'nat',
      type: 'dnat',
      family: bytes.length === 4 ? 'ip' : 'ip6',
      addressMin: FIRST,
      portMin: FIRST + 1,
      flags: NF_NAT_RANGE_PROTO_SPECIFIED,
    },
  );
}

/** NFT_REJECT_ICMPX_. */
export const REJECT_CODES = {
  'no-route': 0,
  'port-unreachable': 1,
  'host-unreachable': 2,
  'admin-prohibited': 3,
} as const;

/** By an ICMP or ICMPv6 error, whichever the packet's family has. */
export const rejectWith = (code: keyof typeof REJECT_CODES): Statement =>
  alone({ kind: 'reject', type: 'icmpx', code: REJECT_CODES[code] });

/** By a TCP segment with the flag RST. */
export const reset: Statement = alone({
  kind: 'reject',
  type: 'tcp reset' satisfies keyof typeof REJECT_TYPES,
  code: 0,
});
