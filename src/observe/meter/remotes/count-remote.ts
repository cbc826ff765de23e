import { type Assembler, NOEXIST } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import type { Places } from '../packets/classify.js';
import { recall, STACK } from '../program-frame.js';
import { CLASSES, STEP, type Way } from '../totals.js';
import { copyAddress, noteInside, otherEnd, ownEnd } from './remote-address.js';
import { REMOTE } from './remote-layout.js';
import { flags, serviceOf, TCP_FLAGS } from './remote-service.js';

/**
 * What says the time of a packet (CLOCK_MONOTONIC, ns), once a tick. The coarse one is late by a tick at most, and costs less
 * (Linux 5.11).
 */
export type PacketClock = 'ktime_get_coarse_ns' | 'ktime_get_ns';

export type RemoteMaps = {
  /** A {@link REMOTE} for each {@link REMOTE_KEY}. */
  readonly remotes: BpfMap;
  /** {@link ROLES}, an octet a port. */
  readonly roles: BpfMap;
  /** Addresses of the command's own namespaces, in 16 octets. */
  readonly inside: BpfMap;
};

/** Where places are known, the addresses of the command's own namespaces are those of packets that lead to none of them. */
type Remembered = RemoteMaps & { readonly places: Places | undefined; readonly clock: PacketClock };

/**
 * Counts a packet with its remote, whatever class it is of but loopback. Where the map is full the totals have it alone.
 * r6: the packet. r7: packets on the wire. r8: wire octets; the total's index is on the stack. r9 is lost.
 */
export function countRemote(code: Assembler, way: Way, { remotes, roles, inside, places, clock }: Remembered): void {
  code
    .load('u64', 'r1', 'r10', STACK.index)
    .compute('divide', 'r1', STEP.class)
    .jumpIf('r1', '==', CLASSES.indexOf('loopback'), 'done');
  if (places) {
    code.jumpIf('r1', '!=', CLASSES.indexOf('inner'), 'noted');
    copyAddress(code, ownEnd(way));
    noteInside(code, inside);
    code.label('noted');
  }
  copyAddress(code, otherEnd(way));
  serviceOf(code, way, roles);
  find(code, remotes, clock);
  code
    .label('remote')
    .move('r9', 'r0')
    .atomicAdd('r9', REMOTE.at[`${way}Octets`], 'r8')
    .atomicAdd('r9', REMOTE.at[`${way}Packets`], 'r7')
    .load('u64', 'r1', 'r10', STACK.payload)
    .atomicAdd('r9', REMOTE.at[`${way}Payload`], 'r1');
  noteTime(code, clock);
  countOpening(code);
}

/** Notes when there was a packet of the remote whose count is at r9. To see that there was no tick since costs less than a clock. */
export function noteTime(code: Assembler, clock: PacketClock): void {
  const noted = code.newLabel('noted');
  code
    .call('jiffies64')
    .load('u64', 'r1', 'r9', REMOTE.at.tick)
    .jumpIf('r0', '==', 'r1', noted)
    .store('u64', 'r9', REMOTE.at.tick, 'r0')
    .call(clock)
    .store('u64', 'r9', REMOTE.at.last, 'r0')
    .label(noted);
}

/** r0 = the remote's count, a new one where there is none. */
function find(code: Assembler, remotes: BpfMap, clock: PacketClock): void {
  code.lookUp(remotes, STACK.remote).jumpIf('r0', '!=', 0, 'remote');
  for (let at = 0; at < REMOTE.size; at += 8) code.store('u64', 'r10', STACK.fresh + at, 0);
  code
    .call(clock)
    .store('u64', 'r10', STACK.fresh + REMOTE.at.first, 'r0')
    .update(remotes, STACK.remote, STACK.fresh, NOEXIST)
    .lookUp(remotes, STACK.remote)
    .jumpIf('r0', '==', 0, 'done');
}

/** r9: the remote's count. */
function countOpening(code: Assembler): void {
  recall(code, STACK.protocol).jumpIf('r1', '!=', IPPROTO.tcp, 'done').move('r2', 1);
  flags(code)
    .jumpIf('r1', '==', TCP_FLAGS.syn, 'asks')
    .jumpIf('r1', '!=', TCP_FLAGS.syn | TCP_FLAGS.ack, 'done')
    .atomicAdd('r9', REMOTE.at.opened, 'r2')
    .jump('done')
    .label('asks')
    .atomicAdd('r9', REMOTE.at.attempts, 'r2');
}
