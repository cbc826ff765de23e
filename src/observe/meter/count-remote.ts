import type { Assembler } from '../../linux/bpf/assembler.js';
import type { BpfMap } from '../../linux/bpf/bpf-map.js';
import { IPPROTO } from './packet-context.js';
import { forget, recall, STACK } from './program-frame.js';
import { REMOTE, REMOTE_KEY, ROLES, SERVER_BIT } from './remote-layout.js';
import { CLASSES, STEP, type Way } from './totals.js';

export type RemoteMaps = {
  /** A {@link REMOTE} for each {@link REMOTE_KEY}. */
  readonly remotes: BpfMap;
  /** {@link ROLES}, an octet a port. */
  readonly roles: BpfMap;
  /** Addresses of the command's own namespaces, in 16 octets. */
  readonly inside: BpfMap;
};

/** TCP's flags, in the fourteenth octet of its header (RFC 9293). */
const TCP_FLAGS = { at: 13, syn: 0x02, ack: 0x10 } as const;
/** BPF_NOEXIST. */
const NEW = 1;

/**
 * Counts a packet with its remote, whatever class it is of but loopback. Where the map is full the totals have it alone.
 * r6: the packet. r7: packets on the wire. r8: wire octets; the total's index is on the stack. r9 is lost.
 */
export function countRemote(code: Assembler, way: Way, { remotes, roles, inside }: RemoteMaps): void {
  code
    .load('u64', 'r1', 'r10', STACK.index)
    .compute('divide', 'r1', STEP.class)
    .jumpIf('r1', '==', CLASSES.indexOf('loopback'), 'pass')
    .jumpIf('r1', '!=', CLASSES.indexOf('inner'), 'noted');
  noteInside(code, way, inside);
  code.label('noted');
  copyAddress(code, way === 'in' ? 'source' : 'destination');
  serviceOf(code, way, roles);
  find(code, remotes);
  code
    .label('remote')
    .move('r9', 'r0')
    .atomicAdd('r9', REMOTE.at[`${way}Octets`], 'r8')
    .atomicAdd('r9', REMOTE.at[`${way}Packets`], 'r7')
    .load('u64', 'r1', 'r10', STACK.payload)
    .atomicAdd('r9', REMOTE.at[`${way}Payload`], 'r1')
    .call('ktime_get_ns')
    .store('u64', 'r9', REMOTE.at.last, 'r0');
  countOpening(code);
}

/** Remembers this end's address: what another namespace of the command's sends there is not external. */
function noteInside(code: Assembler, way: Way, inside: BpfMap): void {
  copyAddress(code, way === 'in' ? 'destination' : 'source');
  const key = () => code.loadMap('r1', inside).move('r2', 'r10').compute('add', 'r2', STACK.remote);
  key().call('map_lookup_elem').jumpIf('r0', '!=', 0, 'noted').store('u64', 'r10', STACK.scratch, 0);
  key().move('r3', 'r10').compute('add', 'r3', STACK.scratch).move('r4', 0).call('map_update_elem');
}

/** An address of the IP header becomes the key's. */
function copyAddress(code: Assembler, which: 'source' | 'destination'): void {
  const [at4, at6] = which === 'source' ? [12, 8] : [16, 24];
  const [version6, copied] = [code.newLabel('address 6'), code.newLabel('address copied')];
  const key = STACK.remote + REMOTE_KEY.address;
  recall(code, STACK.version)
    .jumpIf('r1', '==', 6, version6)
    .store('u64', 'r10', key, 0)
    .load('u32', 'r1', 'r10', STACK.header + at4)
    .compute('shiftLeft', 'r1', 32)
    .move('r2', 0xffff)
    .compute('shiftLeft', 'r2', 16)
    .compute('or', 'r1', 'r2')
    .store('u64', 'r10', key + 8, 'r1')
    .jump(copied)
    .label(version6);
  for (const half of [0, 8])
    code.load('u64', 'r1', 'r10', STACK.header + at6 + half).store('u64', 'r10', key + half, 'r1');
  code.label(copied);
}

/**
 * The service's port, and whose it is: with TCP the remote's where this side has sent the SYN, with UDP where it has sent
 * the first datagram. r9: this side's port. r3: the other's. r4: role.
 */
function serviceOf(code: Assembler, way: Way, roles: BpfMap): void {
  const [own, other] = way === 'in' ? [2, 0] : [0, 2];
  const opener = way === 'in' ? ROLES.server : ROLES.client;
  recall(code, STACK.protocol)
    // Whole slots: the verifier takes what is written in part for what was there before.
    .store('u64', 'r10', STACK.remote + REMOTE_KEY.port, 0)
    .store('u8', 'r10', STACK.remote + REMOTE_KEY.protocol, 'r1')
    .move('r3', 0)
    .move('r4', ROLES.none)
    .move('r2', ROLES.tcp)
    .jumpIf('r1', '==', IPPROTO.tcp, 'has ports')
    .jumpIf('r1', '!=', IPPROTO.udp, 'service')
    .move('r2', ROLES.udp)
    .label('has ports');
  forget(code, 'r2', 'r1')
    .load('u16', 'r9', 'r10', STACK.transport + own)
    .swapBytes('r9', 16)
    .compute('and', 'r9', 0xffff)
    .compute('add', 'r2', 'r9')
    .jumpIf('r2', '>=', ROLES.size, 'pass')
    .loadMapValue('r3', roles)
    .compute('add', 'r3', 'r2')
    .load('u8', 'r4', 'r3', 0);
  recall(code, STACK.protocol)
    .jumpIf('r1', '==', IPPROTO.tcp, 'tcp role')
    .jumpIf('r4', '!=', ROLES.none, 'role')
    .jump('opens')
    .label('tcp role');
  flags(code);
  code
    .jumpIf('r1', '!=', TCP_FLAGS.syn, 'role')
    .label('opens')
    .move('r4', opener)
    .store('u8', 'r3', 0, 'r4')
    .label('role')
    .move('r3', 'r9')
    .jumpIf('r4', '==', ROLES.server, 'service')
    .load('u16', 'r3', 'r10', STACK.transport + other)
    .swapBytes('r3', 16)
    .label('service')
    .store('u16', 'r10', STACK.remote + REMOTE_KEY.port, 'r3');
  placeOfRemote(code, { index: STACK.index, key: STACK.remote });
}

/** r1 = whether the segment has SYN, and ACK. */
const flags = (code: Assembler) =>
  code.load('u8', 'r1', 'r10', STACK.transport + TCP_FLAGS.at).compute('and', 'r1', TCP_FLAGS.syn | TCP_FLAGS.ack);

/** Class and family from a total's index, and the role that r4 says. */
export function placeOfRemote(code: Assembler, { index, key }: { readonly index: number; readonly key: number }): void {
  code
    .load('u64', 'r1', 'r10', index)
    .compute('divide', 'r1', STEP.family)
    .compute('shiftLeft', 'r1', 1)
    .jumpIf('r4', '!=', ROLES.server, 'placed')
    .compute('or', 'r1', SERVER_BIT)
    .label('placed')
    .store('u8', 'r10', key + REMOTE_KEY.place, 'r1');
}

/** r0 = the remote's count, a new one where there is none. */
function find(code: Assembler, remotes: BpfMap): void {
  const lookup = () =>
    code.loadMap('r1', remotes).move('r2', 'r10').compute('add', 'r2', STACK.remote).call('map_lookup_elem');
  lookup().jumpIf('r0', '!=', 0, 'remote');
  for (let at = 0; at < REMOTE.size; at += 8) code.store('u64', 'r10', STACK.fresh + at, 0);
  code
    .call('ktime_get_ns')
    .store('u64', 'r10', STACK.fresh + REMOTE.at.first, 'r0')
    .loadMap('r1', remotes)
    .move('r2', 'r10')
    .compute('add', 'r2', STACK.remote)
    .move('r3', 'r10')
    .compute('add', 'r3', STACK.fresh)
    .move('r4', NEW)
    .call('map_update_elem');
  lookup().jumpIf('r0', '==', 0, 'pass');
}

/** r9: the remote's count. */
function countOpening(code: Assembler): void {
  recall(code, STACK.protocol).jumpIf('r1', '!=', IPPROTO.tcp, 'pass').move('r2', 1);
  flags(code)
    .jumpIf('r1', '==', TCP_FLAGS.syn, 'asks')
    .jumpIf('r1', '!=', TCP_FLAGS.syn | TCP_FLAGS.ack, 'pass')
    .atomicAdd('r9', REMOTE.at.opened, 'r2')
    .jump('pass')
    .label('asks')
    .atomicAdd('r9', REMOTE.at.tried, 'r2');
}
