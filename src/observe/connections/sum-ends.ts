import { Assembler, NOEXIST } from '../../linux/bpf/assembler.js';
import { TCP_STATE } from '../../linux/ip/tcp-states.js';
import { END_KEY, END_SUM, ROLE } from './end-sums.js';
import { forgetOpen, type OpenMaps, rememberOpen, roleOf } from './open-connections.js';
import { readCounts, STACK, writeRemote } from './read-end.js';
import { ACCEPTED, askForChanges, CHANGES, CONNECTS, OPS } from './sock-ops.js';

type Map = { readonly fd: number };

/** What the program fills: the open connections, sums of those that have ended, and how many had no room. */
export type EndMaps = OpenMaps & { readonly sums: Map; readonly lost: Map };

/**
 * Sums up the TCP connections of a control group by remote as they end (tcp_call_bpf() of tcp_set_state(), net/ipv4/tcp.c). It changes
 * nothing of theirs, and nobody is woken for it.
 *
 * r6: the context. r7: what has happened, then flags. r8: the sum. r9: octets out.
 */
export function sumEnds(maps: EndMaps): Assembler {
  const code = new Assembler();
  code
    .move('r6', 'r1')
    .load('u32', 'r7', 'r6', OPS.kind)
    .jumpIf('r7', '==', CHANGES, 'changes')
    .store('u64', 'r10', STACK.role, ROLE.client)
    .jumpIf('r7', '==', CONNECTS, 'opens')
    .store('u64', 'r10', STACK.role, ROLE.server)
    .jumpIf('r7', '!=', ACCEPTED, 'out')
    .label('opens');
  askForChanges(code);
  rememberOpen(code, maps);
  code.jumpIf('r0', '==', 0, 'out').jump('no room');
  code.label('changes').load('u32', 'r1', 'r6', OPS.newState).jumpIf('r1', '!=', TCP_STATE.CLOSE, 'out');
  roleOf(code, maps, 'out');
  code.store('u64', 'r10', STACK.key + END_KEY.port, 0).store('u8', 'r10', STACK.key + END_KEY.role, 'r1');
  writeRemote(code);
  readCounts(code);
  code.store('u32', 'r10', STACK.key + END_KEY.flags, 'r7');
  findSum(code, maps);
  add(code);
  // Behind its sum: who finds it open no more finds it there.
  forgetOpen(code.label('summed'), maps);
  code.jump('out');
  countLost(code.label('no sum'), maps).jump('summed');
  return countLost(code.label('no room'), maps).label('out').move('r0', 1).exit();
}

const countLost = (code: Assembler, { lost }: EndMaps) =>
  code.loadMapValue('r1', lost).move('r2', 1).atomicAdd('r1', 0, 'r2');

/** r0 = the key's sum, a new one where there is none; on to `no sum` where that has no place. */
function findSum(code: Assembler, { sums }: EndMaps): void {
  code.lookUp(sums, STACK.key).jumpIf('r0', '!=', 0, 'sum');
  for (let at = 0; at < END_SUM.size; at += 8) code.store('u64', 'r10', STACK.fresh + at, 0);
  code
    .store('u32', 'r10', STACK.fresh + END_SUM.rtt, -1)
    .update(sums, STACK.key, STACK.fresh, NOEXIST)
    .lookUp(sums, STACK.key)
    .jumpIf('r0', '==', 0, 'no sum')
    .label('sum');
}

/** Adds to the sum at r0, which other CPUs may add to as well. */
function add(code: Assembler): void {
  const plus = (at: number, value: 'r2' | 'r9') =>
    code.load('u64', 'r1', 'r8', at).compute('add', 'r1', value).store('u64', 'r8', at, 'r1');
  code.move('r8', 'r0').move('r1', 'r8').call('spin_lock').move('r2', 1);
  plus(END_SUM.count, 'r2');
  code.load('u64', 'r2', 'r10', STACK.received);
  plus(END_SUM.received, 'r2');
  plus(END_SUM.sent, 'r9');
  code
    .load('u64', 'r2', 'r10', STACK.roundTrip)
    .load('u32', 'r1', 'r8', END_SUM.rtt)
    .jumpIf('r2', '>=', 'r1', 'smallest')
    .store('u32', 'r8', END_SUM.rtt, 'r2')
    .label('smallest')
    .move('r1', 'r8')
    .call('spin_unlock');
}
