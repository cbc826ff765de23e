import { Assembler } from '../../../linux/bpf/assembler.js';
import { type GateMaps, PLACES } from '../../gate/gate-layout.js';
import { holdCopy, holdPacket } from '../../gate/hold-packets.js';
import { PACKET, WIRE_DNS_PORT } from '../packet-context.js';
import { forget, recall, STACK } from '../program-frame.js';
import type { MeterMaps } from '../program-maps.js';
import { countRemote } from '../remotes/count-remote.js';
import { atTotal, STEP, TOTAL, WAYS, type Way } from '../totals.js';
import { skipForeign } from '../tree/tree-programs.js';
import { classify } from './classify.js';
import { addFragments } from './fragments.js';
import { countKnownSegments } from './known-segments.js';
import { passCopies } from './pass-copies.js';
import { addRawOctets } from './raw-octets.js';
import { readHeaders } from './read-headers.js';

/**
 * Counts the packets of one direction at a control group: __cgroup_bpf_run_filter_skb(), kernel/bpf/cgroup.c, called by
 * sk_filter_trim_cap() for what a socket receives, and by ip_finish_output() and ip6_finish_output() for what it sends,
 * before fragmentation and segmentation. A GSO packet passes as one: `gso_segs` says how many segments it stands for,
 * and each but the first adds its own headers. It lets everything pass, but what a gate holds back.
 *
 * r6: the packet. r7: packets on the wire. r8: octets of all headers, then on the wire. r9: the total.
 */
export function countPackets(way: Way, maps: MeterMaps, gate?: GateMaps): Assembler {
  const code = new Assembler();
  code.move('r6', 'r1');
  if (gate) code.store('u64', 'r10', PLACES.verdict, 1);
  if (maps.owned) skipForeign(code, maps.owned, 'pass');
  // A gate judges each packet.
  if (!gate) countKnownSegments(code, way, maps, 'other');
  readHeaders(code.label('other'));
  classify(code, way, maps);
  forget(code, 'r7', 'r1')
    .compute('add', 'r7', WAYS.indexOf(way) * STEP.way)
    .store('u64', 'r10', STACK.index, 'r7')
    .store('u64', 'r10', STACK.key, 0)
    .lookUp(maps.totals, STACK.key);
  atTotal(code, 'r7', 'done').move('r9', 'r0');
  countSegments(code);
  code.load('u32', 'r1', 'r6', PACKET.length);
  // A raw socket may send headers that say what is not so.
  code.move('r2', 'r1').compute('subtract', 'r2', 'r8').jumpIf('r2', 'signed >=', 0, 'payload').move('r2', 0);
  code.label('payload').store('u64', 'r10', STACK.payload, 'r2');
  // (segments - 1) headers were hidden.
  code.move('r2', 'r7').compute('subtract', 'r2', 1).compute('multiply', 'r8', 'r2').compute('add', 'r8', 'r1');
  leaveOutJumbo(code);
  if (way === 'in') passCopies(code, maps, gate ? 'copy' : 'pass');
  addFragments(code, maps);
  if (gate) holdPacket(code, way, gate, maps.roles);
  code
    .load('u32', 'r1', 'r6', PACKET.length)
    .atomicAdd('r9', TOTAL.at.ipOctets, 'r1')
    .load('u64', 'r1', 'r10', STACK.payload)
    .atomicAdd('r9', TOTAL.at.payload, 'r1')
    .atomicAdd('r9', TOTAL.at.wireOctets, 'r8')
    .atomicAdd('r9', TOTAL.at.packets, 'r7');
  if (way === 'in') addRawOctets(code);
  countRemote(code, way, maps);
  if (way === 'in' && gate) holdCopy(code.jump('done').label('copy'), gate);
  code.label('done');
  if (maps.next) handOverMessage(code, way, maps.next);
  code.label('pass');
  return (gate ? code.load('u64', 'r0', 'r10', PLACES.verdict) : code.move('r0', 1)).exit();
}

/** What is of the other side's port 53, and was not refused. */
const handOverMessage = (code: Assembler, way: Way, next: { readonly fd: number }): Assembler =>
  code
    .load('u16', 'r1', 'r10', STACK.transport + (way === 'in' ? 0 : 2))
    .jumpIf('r1', '!=', WIRE_DNS_PORT, 'pass')
    .tailCall('r6', next);

/**
 * How many segments the packet stands for. An uplink that is not trusted (virtio) leaves `gso_segs` 0 until the packet is
 * segmented, and says the size alone.
 */
function countSegments(code: Assembler): void {
  code
    .load('u64', 'r8', 'r10', STACK.headers)
    .load('u32', 'r7', 'r6', PACKET.segments)
    .jumpIf('r7', '!=', 0, 'counted')
    .move('r7', 1)
    .load('u32', 'r1', 'r6', PACKET.segmentSize)
    .jumpIf('r1', '==', 0, 'counted')
    .load('u32', 'r7', 'r6', PACKET.length)
    .compute('subtract', 'r7', 'r8')
    .compute('add', 'r7', 'r1')
    .compute('subtract', 'r7', 1)
    .compute('divide', 'r7', 'r1')
    .label('counted');
}

/** Of a jumbogram (RFC 2675): the IPv6 header's length and next header are 0, in its fifth to seventh octet. */
const JUMBO = { at: 4, mask: 0xff_ffff, octets: 8 } as const;

/**
 * A GSO packet of IPv6 beyond 64 KB has a jumbo option that the kernel itself put there (ip6_xmit(), ipv6_gro_complete()): none
 * of its segments has it on the wire. r7: segments. r8: wire octets, of which each segment's share is taken off.
 */
function leaveOutJumbo(code: Assembler): void {
  code.jumpIf('r7', '<', 2, 'no jumbo');
  recall(code, STACK.version)
    .jumpIf('r1', '!=', 6, 'no jumbo')
    .load('u32', 'r1', 'r10', STACK.header + JUMBO.at)
    .compute('and', 'r1', JUMBO.mask)
    .jumpIf('r1', '!=', 0, 'no jumbo')
    .move('r1', 'r7')
    .compute('multiply', 'r1', JUMBO.octets)
    .compute('subtract', 'r8', 'r1')
    .label('no jumbo');
}
