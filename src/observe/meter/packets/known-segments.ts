import type { Assembler } from '../../../linux/bpf/assembler.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { PACKET, WIRE_DNS_PORT } from '../packet-context.js';
import { STACK } from '../program-frame.js';
import type { MeterMaps } from '../program-maps.js';
import { noteTime } from '../remotes/count-remote.js';
import { REMOTE } from '../remotes/remote-layout.js';
import { TCP_FLAGS } from '../remotes/remote-service.js';
import { STEP, TOTAL, WAYS, type Way } from '../totals.js';
import { IP, type Version, writeKnownKey } from './known-key.js';
import { goIfRaw, goUnlessOutside } from './known-place.js';

/** In IPv4's header, as it is read on a little-endian machine: where a fragment begins. */
const FRAGMENT = { at: 6, mask: 0xff1f } as const;
/** TCP's header up to its flags, and where it says how long it is. */
const TCP = { upToFlags: 14, length: 12 } as const;

/**
 * Counts, as everything else is counted behind it, what nearly every packet is: a segment of a connection with a
 * remote outside that has a count already. It is there because of what a packet costs: no header is copied, all that is known of such a
 * segment beforehand is part of the code, and little code is run. Whatever is otherwise goes to `other`, and nothing was
 * counted of it by then. What has been counted goes to 'pass'.
 *
 * r6: the packet. r7: packets on the wire. r8: octets of all headers, then on the wire. r9: the remote's count.
 */
export function countKnownSegments(code: Assembler, way: Way, maps: MeterMaps, other: string): void {
  goUnlessOutside(code, maps, other);
  if (way === 'in') goIfRaw(code, other);
  const version6 = code.newLabel('known 6');
  code.load('u32', 'r2', 'r6', PACKET.data).load('u32', 'r3', 'r6', PACKET.dataEnd);
  goIfShorter(code, IP[4].size + TCP.upToFlags, other);
  code.load('u8', 'r1', 'r2', 0).jumpIf('r1', '!=', IP[4].first, version6);
  code.load('u16', 'r1', 'r2', FRAGMENT.at).compute('and', 'r1', FRAGMENT.mask).jumpIf('r1', '!=', 0, other);
  countVersion(code, way, 4, maps, other);
  code.label(version6).compute('shiftRight', 'r1', 4).jumpIf('r1', '!=', IP[6].first, other);
  goIfShorter(code, IP[6].size + TCP.upToFlags, other);
  countVersion(code, way, 6, maps, other);
}

/** r2: the packet, which ends at r3, as far as it can be read. */
const goIfShorter = (code: Assembler, size: number, other: string): Assembler =>
  code.move('r1', 'r2').compute('add', 'r1', size).jumpIf('r1', '>', 'r3', other);

/** r2: the packet, whose headers can be read. */
function countVersion(code: Assembler, way: Way, version: Version, maps: MeterMaps, other: string): void {
  const { size, protocol } = IP[version];
  code
    .load('u8', 'r1', 'r2', protocol)
    .jumpIf('r1', '!=', IPPROTO.tcp, other)
    .load('u8', 'r5', 'r2', size + TCP_FLAGS.at)
    .compute('and', 'r5', TCP_FLAGS.syn | TCP_FLAGS.ack)
    .store('u64', 'r10', STACK.scratch, 'r5')
    .load('u8', 'r8', 'r2', size + TCP.length)
    .compute('shiftRight', 'r8', 4)
    .compute('shiftLeft', 'r8', 2)
    .compute('add', 'r8', size);
  if (maps.next) code.load('u16', 'r1', 'r2', size + (way === 'in' ? 0 : 2)).jumpIf('r1', '==', WIRE_DNS_PORT, other);
  writeKnownKey(code, way, version, maps.roles);
  code.lookUp(maps.remotes, STACK.remote).jumpIf('r0', '==', 0, other).move('r9', 'r0');
  loadSegments(code, other);
  add(code, way, version, maps, other);
}

/** r7 = how many segments the packet stands for; where only their size is known, it is not said here. */
function loadSegments(code: Assembler, other: string): void {
  const known = code.newLabel('segments');
  code
    .load('u32', 'r7', 'r6', PACKET.segments)
    .jumpIf('r7', '!=', 0, known)
    .load('u32', 'r7', 'r6', PACKET.segmentSize)
    .jumpIf('r7', '!=', 0, other)
    .move('r7', 1)
    .label(known);
}

/** r8: octets of one segment's headers. */
function add(code: Assembler, way: Way, version: Version, { totals, clock }: MeterMaps, other: string): void {
  const place = ((version === 6 ? STEP.family : 0) + WAYS.indexOf(way) * STEP.way) * TOTAL.size;
  const counted = code.newLabel('payload');
  code
    .store('u64', 'r10', STACK.key, 0)
    .lookUp(totals, STACK.key)
    .jumpIf('r0', '==', 0, other)
    .load('u32', 'r1', 'r6', PACKET.length)
    .move('r2', 'r1')
    .compute('subtract', 'r2', 'r8')
    .jumpIf('r2', 'signed <', 0, other)
    .move('r3', 'r7')
    .compute('subtract', 'r3', 1)
    .compute('multiply', 'r8', 'r3')
    .compute('add', 'r8', 'r1')
    .atomicAdd('r0', place + TOTAL.at.ipOctets, 'r1')
    .atomicAdd('r0', place + TOTAL.at.wireOctets, 'r8')
    .atomicAdd('r0', place + TOTAL.at.packets, 'r7')
    .atomicAdd('r9', REMOTE.at[`${way}Octets`], 'r8')
    .atomicAdd('r9', REMOTE.at[`${way}Packets`], 'r7')
    .jumpIf('r2', '==', 0, counted)
    .atomicAdd('r0', place + TOTAL.at.payload, 'r2')
    .atomicAdd('r9', REMOTE.at[`${way}Payload`], 'r2')
    .label(counted);
  noteTime(code, clock);
  countOpening(code);
}

/** A SYN, or its answer. */
function countOpening(code: Assembler): void {
  const asks = code.newLabel('asks');
  code
    .load('u64', 'r1', 'r10', STACK.scratch)
    .jumpIf('r1', '==', TCP_FLAGS.ack, 'pass')
    .jumpIf('r1', '==', 0, 'pass')
    .move('r2', 1)
    .jumpIf('r1', '==', TCP_FLAGS.syn, asks)
    .atomicAdd('r9', REMOTE.at.opened, 'r2')
    .jump('pass')
    .label(asks)
    .atomicAdd('r9', REMOTE.at.attempts, 'r2')
    .jump('pass');
}
