import { Assembler } from '../../linux/bpf/assembler.js';
import type { BpfMap } from '../../linux/bpf/maps/bpf-map.js';
import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { EXTENSIONS, LOOPBACK_DEVICE, PACKET, WIRE_DNS_PORT } from '../meter/packet-context.js';
import { skipForeign } from '../meter/tree/tree-programs.js';

/** What the programs fill: records, and how many had no room. */
export type CopyMaps = { readonly copies: { readonly fd: number }; readonly lost: { readonly fd: number } };

/**
 * A copy: when it was made (ns, CLOCK_MONOTONIC), which way the packet went, its octets, how many of its payload each segment
 * has (0: it is one), and behind these the first of its octets.
 */
export const COPY = { at: 0, way: 8, octets: 12, segment: 16, packet: 24 } as const;
export const WAYS = { in: 0, out: 1 } as const;

/** What is copied of a control group's messages. */
export type CopyChoice = {
  /** In a namespace of the command's own, loopback's are to nobody's nameserver. */
  readonly withLoopback: boolean;
  /** Has an entry for each socket whose messages are; undefined: all are. */
  readonly sockets?: BpfMap | undefined;
};

/** Room for a packet; what is longer than the last is cut. The verifier wants each to be a constant. */
const ROOMS = [256, 1024, 4096, 16_384].map((size) => size - COPY.packet);

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** An extension header is no shorter. More of them than these are none of a usual packet. */
const EXTENSION = 8;
const MOST_EXTENSIONS = 4;
const PORTS = 4;
const LOST_KEY = -4;

/**
 * Copies DNS messages of a control group, at the place where its sockets' packets are filtered (cgroup_skb, ingress and
 * egress): what leaves for port 53, and what comes from it. All other packets cost a look at their headers.
 *
 * r6: the packet. r7: its octets. r8: the record.
 */
export function copyMessages(way: keyof typeof WAYS, maps: CopyMaps, { withLoopback, sockets }: CopyChoice): Assembler {
  const code = new Assembler().move('r6', 'r1');
  if (!withLoopback) code.load('u32', 'r1', 'r6', PACKET.device).jumpIf('r1', '==', LOOPBACK_DEVICE, 'pass');
  isOfPort(code, way);
  if (sockets) skipForeign(code, sockets, 'pass');
  code.load('u32', 'r7', 'r6', PACKET.length);
  for (const room of ROOMS.slice(0, -1)) code.jumpIf('r7', '<=', room, `room ${room}`);
  for (const room of ROOMS.toReversed()) copyInto(code, way, room, maps);
  code
    .label('no room')
    .store('u32', 'r10', LOST_KEY, 0)
    .lookUp(maps.lost, LOST_KEY)
    .jumpIf('r0', '==', 0, 'pass')
    .move('r1', 1)
    .atomicAdd('r0', 0, 'r1');
  return code.label('pass').move('r0', 1).exit();
}

/** Goes to `pass` unless there are so many octets at r2. */
const bounded = (code: Assembler, octets: number) =>
  code.move('r1', 'r2').compute('add', 'r1', octets).jumpIf('r1', '>', 'r3', 'pass');

/** Goes to `pass` unless the other side's port is that of DNS. */
function isOfPort(code: Assembler, way: keyof typeof WAYS): void {
  code.load('u32', 'r2', 'r6', PACKET.data).load('u32', 'r3', 'r6', PACKET.dataEnd);
  bounded(code, IPV4_HEADER);
  code
    .load('u8', 'r4', 'r2', 0)
    .move('r5', 'r4')
    .compute('shiftRight', 'r5', 4)
    .jumpIf('r5', '==', 6, 'version 6')
    .load('u8', 'r5', 'r2', 9)
    .compute('and', 'r4', 15)
    .compute('shiftLeft', 'r4', 2)
    .compute('add', 'r2', 'r4')
    .jump('ports')
    .label('version 6')
    .load('u8', 'r5', 'r2', 6)
    .compute('add', 'r2', IPV6_HEADER);
  skipExtensions(code);
  code
    .label('ports')
    .jumpIf('r5', '==', IPPROTO.udp, 'has ports')
    .jumpIf('r5', '!=', IPPROTO.tcp, 'pass')
    .label('has ports');
  bounded(code, PORTS);
  code.load('u16', 'r1', 'r2', way === 'in' ? 0 : 2).jumpIf('r1', '!=', WIRE_DNS_PORT, 'pass');
}

/** r5: the next header's kind; r2: where it is. */
function skipExtensions(code: Assembler): void {
  for (let turn = 0; turn < MOST_EXTENSIONS; turn++) {
    for (const extension of EXTENSIONS) code.jumpIf('r5', '==', extension, `extension ${turn}`);
    code.jump('ports').label(`extension ${turn}`);
    bounded(code, EXTENSION)
      .load('u8', 'r5', 'r2', 0)
      .load('u8', 'r4', 'r2', 1)
      .compute('add', 'r4', 1)
      .compute('shiftLeft', 'r4', 3)
      .compute('add', 'r2', 'r4');
  }
}

/** A record is written in place: a buffer in between could be another packet's meanwhile. */
function copyInto(code: Assembler, way: keyof typeof WAYS, room: number, maps: CopyMaps): void {
  code
    .label(`room ${room}`)
    .loadMap('r1', maps.copies)
    .move('r2', COPY.packet + room)
    .move('r3', 0)
    .call('ringbuf_reserve')
    .jumpIf('r0', '==', 0, 'no room')
    .move('r8', 'r0')
    .store('u32', 'r8', COPY.way, WAYS[way])
    .store('u32', 'r8', COPY.octets, 'r7')
    .load('u32', 'r1', 'r6', PACKET.segmentSize)
    .store('u32', 'r8', COPY.segment, 'r1')
    .store('u32', 'r8', COPY.segment + 4, 0)
    .call('ktime_get_ns')
    .store('u64', 'r8', COPY.at, 'r0')
    .move('r1', 'r6')
    .move('r2', 0)
    .move('r3', 'r8')
    .compute('add', 'r3', COPY.packet)
    .move('r4', 'r7')
    .jumpIf('r4', '<=', room, `fits ${room}`)
    .move('r4', room)
    .label(`fits ${room}`)
    // Of what is not equal the verifier learns nothing before Linux 6.8, and would fear a read of no octets.
    .jumpIf('r4', '<=', 0, `discard ${room}`)
    .call('skb_load_bytes')
    .jumpIf('r0', '!=', 0, `discard ${room}`)
    .move('r1', 'r8')
    .move('r2', 0)
    .call('ringbuf_submit')
    .jump('pass')
    .label(`discard ${room}`)
    .move('r1', 'r8')
    .move('r2', 0)
    .call('ringbuf_discard')
    .jump('pass');
}
