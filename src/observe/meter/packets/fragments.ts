import type { Assembler } from '../../../linux/bpf/assembler.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { PACKET } from '../packet-context.js';
import { recall, STACK } from '../program-frame.js';
import type { MeterMaps } from '../program-maps.js';
import { CLASSES, STEP, TOTAL } from '../totals.js';

const FRAGMENT_HEADER = 8;
/** For packets of other namespaces, whose devices have numbers of their own: the smallest MTU of the run's namespace, which they pass. */
export const ANY_DEVICE = 0;

/**
 * A datagram that is longer than its device's MTU is fragmented behind the program (ip_do_fragment(), ip6_fragment()), and one
 * that came in pieces was put together before it. Each piece has an IP header, in IPv6 with extensions and a fragment
 * header, and all but the last as much payload as fits, in steps of eight octets (RFC 791, RFC 8200). TCP fits its segments to the path.
 * r7: packets on the wire. r8: wire octets. Both grow by the pieces. r9: the total.
 */
export function addFragments(code: Assembler, { mtus, network }: MeterMaps): void {
  goUnlessLonger(code, { mtus, network });
  recall(code, STACK.version).move('r2', 'r4').move('r4', 'r1').load('u64', 'r1', 'r10', STACK.repeated);
  code.jumpIf('r4', '==', 6, 'fragments 6');
  countPieces(code, 'r1');
  code.move('r4', 'r3').compute('subtract', 'r4', 1).compute('multiply', 'r4', 'r1').jump('fragmented');
  // IPv6: all pieces have the fragment header.
  code.label('fragments 6').compute('subtract', 'r2', FRAGMENT_HEADER);
  countPieces(code, 'r1');
  code
    .move('r4', 'r1')
    .compute('add', 'r4', FRAGMENT_HEADER)
    .compute('multiply', 'r4', 'r3')
    .compute('subtract', 'r4', 'r1');
  code
    .label('fragmented')
    .move('r1', 1)
    .atomicAdd('r9', TOTAL.at.fragmented, 'r1')
    .atomicAdd('r9', TOTAL.at.fragments, 'r3')
    .compute('add', 'r8', 'r4')
    .move('r7', 'r3')
    .label('whole');
}

/** Goes to 'whole' where the packet fits the MTU of its device. r3: its length. r4: the MTU. r9: the total. */
function goUnlessLonger(code: Assembler, { mtus, network }: Pick<MeterMaps, 'mtus' | 'network'>): void {
  recall(code, STACK.protocol)
    .jumpIf('r1', '==', IPPROTO.tcp, 'whole')
    .jumpIf('r7', '!=', 1, 'whole')
    .load('u32', 'r1', 'r6', PACKET.device);
  if (network !== undefined) {
    code
      .load('u64', 'r2', 'r10', STACK.index)
      .compute('divide', 'r2', STEP.class)
      .jumpIf('r2', '==', CLASSES.indexOf('entered'), 'other device')
      .jumpIf('r2', '!=', CLASSES.indexOf('nested'), 'own device')
      .label('other device')
      .move('r1', ANY_DEVICE)
      .label('own device');
  }
  code
    .store('u64', 'r10', STACK.key, 'r1')
    .lookUp(mtus, STACK.key)
    .jumpIf('r0', '!=', 0, 'mtu known')
    .move('r1', 1)
    .atomicAdd('r9', TOTAL.at.unknownMtu, 'r1')
    .jump('whole')
    .label('mtu known')
    .load('u32', 'r2', 'r0', 0)
    .load('u32', 'r3', 'r6', PACKET.length)
    .jumpIf('r3', '<=', 'r2', 'whole')
    .move('r4', 'r2');
}

/** r3 = the pieces of a datagram of r3 octets where r2 fit in one, `header` among both. */
function countPieces(code: Assembler, header: 'r1'): void {
  code
    .compute('subtract', 'r3', header)
    .compute('subtract', 'r2', header)
    .compute('and', 'r2', -8)
    .compute('add', 'r3', 'r2')
    .compute('subtract', 'r3', 1)
    .compute('divide', 'r3', 'r2');
}
