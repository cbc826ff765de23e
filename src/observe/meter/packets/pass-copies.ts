import type { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { recordOf } from '../../../linux/bpf/record.js';
import { PACKET, PACKET_TYPE } from '../packet-context.js';
import { recall, STACK } from '../program-frame.js';

/** The last packet for many on a CPU: which socket got it first, and what identifies it. */
export const FOR_MANY = recordOf(
  ...(['first', 'device', 'namespace'] as const),
  ...(['header0', 'header8', 'header16', 'header24', 'header32', 'ports'] as const),
);

const { first, ...identity } = FOR_MANY.at;
const IDENTITY = Object.values(identity);

type Given = {
  /** {@link FOR_MANY} of each CPU. */
  readonly forMany: BpfMap;
  /** See MeterMaps. */
  readonly network?: bigint | undefined;
};

/**
 * A multicast or broadcast comes in once, and each socket that listens gets a copy, one right after the other, in an order that stays
 * (__udp4_lib_mcast_deliver(), __udp6_lib_mcast_deliver(), raw_v4_input()): the first one goes on, the others go to `copy`. What is for
 * that socket again is another packet, even if nothing in it is. r6: the packet, whose headers were read. r0 to r5 are lost.
 */
export function passCopies(code: Assembler, { forMany, network }: Given, copy: string): void {
  goUnlessForMany(code, 'for one');
  describe(code, network);
  code.store('u64', 'r10', STACK.key, 0).lookUp(forMany, STACK.key).jumpIf('r0', '==', 0, 'for one');
  for (const at of IDENTITY)
    code
      .load('u64', 'r1', 'r0', at)
      .load('u64', 'r2', 'r10', STACK.fresh + at)
      .jumpIf('r1', '!=', 'r2', 'another');
  code
    .load('u64', 'r1', 'r0', first)
    .load('u64', 'r2', 'r10', STACK.fresh + first)
    .jumpIf('r1', '!=', 'r2', copy)
    .jump('for one')
    .label('another');
  for (const at of [first, ...IDENTITY]) code.load('u64', 'r1', 'r10', STACK.fresh + at).store('u64', 'r0', at, 'r1');
  code.label('for one');
}

/** By how it came, or, as links may give it to each of its hosts apart, by where it goes. */
function goUnlessForMany(code: Assembler, to: string): void {
  code
    .load('u32', 'r1', 'r6', PACKET.type)
    .jumpIf('r1', '==', PACKET_TYPE.otherHost, to)
    .jumpIf('r1', '!=', PACKET_TYPE.host, 'for many');
  recall(code, STACK.version)
    .jumpIf('r1', '==', 6, 'group 6')
    .load('u8', 'r1', 'r10', STACK.header + 16)
    .jumpIf('r1', '<', 224, to)
    .jump('for many')
    .label('group 6')
    .load('u8', 'r1', 'r10', STACK.header + 24)
    .jumpIf('r1', '!=', 255, to)
    .label('for many');
}

/** Leaves the packet's record at `fresh`, which nothing else uses before its remote is counted. */
function describe(code: Assembler, network: bigint | undefined): void {
  const place = (field: keyof typeof FOR_MANY.at) => STACK.fresh + FOR_MANY.at[field];
  for (const at of IDENTITY) code.store('u64', 'r10', STACK.fresh + at, 0);
  code.move('r1', 'r6').call('get_socket_cookie').store('u64', 'r10', place('first'), 'r0');
  code.load('u32', 'r1', 'r6', PACKET.device).store('u64', 'r10', place('device'), 'r1');
  // Devices of two namespaces may have the same number.
  if (network !== undefined)
    code.move('r1', 'r6').call('get_netns_cookie').store('u64', 'r10', place('namespace'), 'r0');
  const copy = (width: 'u32' | 'u64', at: 0 | 8 | 16 | 24 | 32) =>
    code.load(width, 'r1', 'r10', STACK.header + at).store('u64', 'r10', place(`header${at}`), 'r1');
  copy('u64', 0);
  copy('u64', 8);
  recall(code, STACK.version).jumpIf('r1', '==', 6, 'header 6');
  copy('u32', 16).jump('header copied').label('header 6');
  copy('u64', 16);
  copy('u64', 24);
  copy('u64', 32);
  // Of a datagram ports, length and checksum; of others what their headers end with.
  code
    .label('header copied')
    .move('r1', 'r6')
    .load('u64', 'r2', 'r10', STACK.headers)
    .compute('subtract', 'r2', 8)
    .placeOnStack('r3', place('ports'))
    .move('r4', 8)
    .call('skb_load_bytes');
}
