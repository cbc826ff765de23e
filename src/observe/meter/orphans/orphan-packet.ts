import type { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/bpf-map.js';
import type { Places } from '../classify.js';
import { CONNECTION } from '../connections/connections.js';
import { IPPROTO, LOOPBACK_DEVICE } from '../packet-context.js';
import { INSIDE } from '../remotes/remote-layout.js';
import { classStep, STEP } from '../totals.js';
import type { OrphanLayout } from './orphan-layout.js';

/** Places on the stack, below r10. */
export const ORPHAN = {
  /** The IP header, and behind it the TCP header's first 20 octets. */
  ip: -40,
  tcp: -64,
  key: -104,
  scratch: -112,
  /** Where the packet's headers are: the IP header, the TCP header. */
  network: -120,
  transport: -128,
  index: -136,
  /** Octets of the IP header. */
  ipHeader: -144,
  /** The remote's key, and where it is counted; 0: nowhere. */
  remoteKey: -168,
  remote: -176,
} as const;

/** TCP's flags, in the fourteenth octet of its header (RFC 9293). */
export const FLAGS = { at: 13, fin: 1, syn: 2, reset: 4 } as const;

/** `size` octets of the kernel's memory at r3 to `place` on the stack; out where they cannot be read. */
export function readKernel(code: Assembler, place: number, size: number): void {
  code
    .move('r1', 'r10')
    .compute('add', 'r1', place)
    .move('r2', size)
    .call('probe_read_kernel')
    .jumpIf('r0', '!=', 0, 'out');
}

/** `to` = the field of `size` octets at `offset` of the structure that r8 points to. */
export function field(code: Assembler, to: 'r1' | 'r7' | 'r9', offset: number, size: 2 | 4 | 8): void {
  code.move('r3', 'r8').compute('add', 'r3', offset);
  readKernel(code, ORPHAN.scratch, size);
  code.load(size === 2 ? 'u16' : size === 4 ? 'u32' : 'u64', to, 'r10', ORPHAN.scratch);
}

/** The tree's connections, and the devices that are distinguished. */
type OrphanPlaces = { readonly connections: BpfMap; readonly places: Places | undefined; readonly inside: BpfMap };

/**
 * Reads the headers of the TCP packet that r8 points to (struct sk_buff), and goes out unless it is of one of the tree's
 * connections. Leaves its total's place, but for the direction, at `index`.
 */
export function readOrphan(code: Assembler, layout: OrphanLayout, { connections, ...tell }: OrphanPlaces): void {
  field(code, 'r9', layout.head, 8);
  for (const [offset, place] of [
    [layout.network, ORPHAN.network],
    [layout.transport, ORPHAN.transport],
  ] as const) {
    field(code, 'r1', offset, 2);
    code.compute('add', 'r1', 'r9').store('u64', 'r10', place, 'r1');
  }
  code.load('u64', 'r3', 'r10', ORPHAN.network);
  readKernel(code, ORPHAN.ip, 40);
  code.load('u64', 'r3', 'r10', ORPHAN.transport);
  readKernel(code, ORPHAN.tcp, 20);
  code
    .load('u64', 'r1', 'r10', ORPHAN.transport)
    .load('u64', 'r2', 'r10', ORPHAN.network)
    .compute('subtract', 'r1', 'r2')
    .store('u64', 'r10', ORPHAN.ipHeader, 'r1')
    .load('u8', 'r7', 'r10', ORPHAN.ip)
    .compute('shiftRight', 'r7', 4)
    .jumpIf('r7', '==', 6, 'orphan 6')
    .jumpIf('r7', '!=', 4, 'out')
    .load('u8', 'r1', 'r10', ORPHAN.ip + 9)
    .jumpIf('r1', '!=', IPPROTO.tcp, 'out');
  mappedAddress(code, CONNECTION.remote, ORPHAN.ip + 12);
  mappedAddress(code, CONNECTION.local, ORPHAN.ip + 16);
  code.jump('addresses').label('orphan 6');
  copyAddress(code, CONNECTION.remote, ORPHAN.ip + 8);
  copyAddress(code, CONNECTION.local, ORPHAN.ip + 24);
  code.label('addresses');
  for (const [from, to] of [
    [0, CONNECTION.remotePort],
    [2, CONNECTION.localPort],
  ] as const) {
    code
      .load('u16', 'r1', 'r10', ORPHAN.tcp + from)
      .swapBytes('r1', 16)
      .store('u16', 'r10', ORPHAN.key + to, 'r1');
  }
  code
    .loadMap('r1', connections)
    .move('r2', 'r10')
    .compute('add', 'r2', ORPHAN.key)
    .call('map_lookup_elem')
    .jumpIf('r0', '==', 0, 'out');
  placeOfTotal(code, layout, tell);
}

function mappedAddress(code: Assembler, part: number, from: number): void {
  code
    .store('u64', 'r10', ORPHAN.key + part, 0)
    .store('u32', 'r10', ORPHAN.key + part + 8, -65536)
    .load('u32', 'r1', 'r10', from)
    .store('u32', 'r10', ORPHAN.key + part + 12, 'r1');
}

function copyAddress(code: Assembler, part: number, from: number): void {
  for (const word of [0, 4, 8, 12])
    code.load('u32', 'r1', 'r10', from + word).store('u32', 'r10', ORPHAN.key + part + word, 'r1');
}

/** r7: 4 or 6. Loopback's device is this host unless the address says otherwise. */
function placeOfTotal(
  code: Assembler,
  layout: OrphanLayout,
  { places, inside }: Omit<OrphanPlaces, 'connections'>,
): void {
  code.move('r9', 0).jumpIf('r7', '==', 4, 'family known').move('r9', STEP.family).label('family known');
  code.store('u64', 'r10', ORPHAN.index, 'r9');
  field(code, 'r1', layout.device, 4);
  code.load('u64', 'r9', 'r10', ORPHAN.index).jumpIf('r1', '==', LOOPBACK_DEVICE, 'by address');
  for (const index of places?.external ?? []) code.jumpIf('r1', '==', index, 'class known');
  for (const index of places?.host ?? []) code.jumpIf('r1', '==', index, 'own host');
  if (places) code.compute('add', 'r9', classStep('inner'));
  else tellByAddresses(code, inside);
  code
    .jump('class added')
    .label('by address')
    .jumpIf('r7', '==', 6, 'inside 6')
    .load('u8', 'r1', 'r10', ORPHAN.key + CONNECTION.local + 12)
    .jumpIf('r1', '!=', 127, 'own host')
    .jump('loopback')
    .label('inside 6');
  // ::1.
  for (const [word, value] of [
    [0, 0],
    [4, 0],
    [8, 0],
    [12, 1],
  ] as const)
    code
      .load('u32', 'r1', 'r10', ORPHAN.key + CONNECTION.local + word)
      .swapBytes('r1', 32)
      .jumpIf('r1', '!=', value, 'own host');
  code
    .label('loopback')
    .compute('add', 'r9', classStep('loopback'))
    .jump('class added')
    .label('own host')
    .compute('add', 'r9', classStep('hostLocal'))
    .label('class added')
    .store('u64', 'r10', ORPHAN.index, 'r9')
    .label('class known');
}

/** r9: the index. What the connection's own packets have taught of both addresses (classify-nested.ts). */
function tellByAddresses(code: Assembler, inside: BpfMap): void {
  const look = (part: number) =>
    code
      .loadMap('r1', inside)
      .move('r2', 'r10')
      .compute('add', 'r2', ORPHAN.key + part)
      .call('map_lookup_elem');
  look(CONNECTION.remote)
    .jumpIf('r0', '==', 0, 'leads out')
    .load('u32', 'r1', 'r0', 0)
    .jumpIf('r1', '==', INSIDE.host, 'own host')
    .compute('add', 'r9', classStep('inner'))
    .jump('class added')
    .label('leads out');
  look(CONNECTION.local)
    .jumpIf('r0', '==', 0, 'class added')
    .load('u32', 'r1', 'r0', 0)
    .jumpIf('r1', '!=', INSIDE.nested, 'class added')
    .compute('add', 'r9', classStep('nested'));
}
