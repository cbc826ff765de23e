import type { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { CONNECTION } from '../connections/connections.js';
import { field, ORPHAN, readKernel } from './orphan-field.js';
import type { OrphanLayout } from './orphan-layout.js';
import { placeOfTotal } from './orphan-place.js';

/** TCP's flags, in the fourteenth octet of its header (RFC 9293). */
export const FLAGS = { at: 13, fin: 1, syn: 2, reset: 4 } as const;

/** The tree's connections, and what says where a packet belongs. */
type OrphanPlaces = { readonly connections: BpfMap } & Parameters<typeof placeOfTotal>[2];

/**
 * Reads the headers of the packet that r8 points to (struct sk_buff), and goes out unless it is TCP's, and of one of the tree's
 * connections. Leaves its total's place, but for the direction, at `index`.
 */
export function readOrphan(code: Assembler, layout: OrphanLayout, places: OrphanPlaces): void {
  readHeaders(code, layout);
  findConnection(code, layout, places);
}

/** Leaves both headers on the stack, and the version in r7; out unless there is one. */
export function readHeaders(code: Assembler, layout: OrphanLayout): void {
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
    .store('u64', 'r10', ORPHAN.ipHeader, 'r1');
  loadVersion(code);
}

const loadVersion = (code: Assembler) => code.load('u8', 'r7', 'r10', ORPHAN.ip).compute('shiftRight', 'r7', 4);

/** Goes on only with one of the tree's connections, by the headers on the stack. */
export function findConnection(
  code: Assembler,
  layout: OrphanLayout,
  { connections, ...bearings }: OrphanPlaces,
): void {
  loadVersion(code)
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
  code.lookUp(connections, ORPHAN.key).jumpIf('r0', '==', 0, 'out');
  placeOfTotal(code, layout, bearings);
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
