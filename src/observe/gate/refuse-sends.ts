import { Assembler } from '../../linux/bpf/assembler.js';
import { ATTEMPT_KEY, type GateMaps, PLACES, SPENT } from './gate-layout.js';
import { judgeAddress, noteAttempt, writeIpv4, writeIpv6 } from './judge-address.js';

/** Where a socket names its destination. */
export const SEND_HOOKS = ['connect4', 'connect6', 'sendmsg4', 'sendmsg6'] as const;
export type SendHook = (typeof SEND_HOOKS)[number];

/** Offsets in struct bpf_sock_addr of linux/bpf.h; addresses and port are as the network has them. */
const TO = { ip4: 4, ip6: 8, port: 24, type: 32, protocol: 36 } as const;

/** SOCK_STREAM. */
const STREAM = 1;

/**
 * Refuses, with EPERM at once, what names a destination that may not be reached: __cgroup_bpf_run_filter_sock_addr(),
 * kernel/bpf/cgroup.c, called by connect(2) and by a sendto(2) of a datagram. The connect of a datagram socket sends nothing
 * (getaddrinfo(3) does so to choose an address): it is let pass, and its packets are judged where they are sent.
 */
export function refuseSends(hook: SendHook, gate: GateMaps): Assembler {
  const code = new Assembler().move('r6', 'r1');
  if (hook.startsWith('connect')) code.load('u32', 'r1', 'r6', TO.type).jumpIf('r1', '!=', STREAM, 'pass');
  code
    .store('u32', 'r10', PLACES.attempt + ATTEMPT_KEY.protocol, 0)
    .store('u32', 'r10', PLACES.attempt + ATTEMPT_KEY.port, 0)
    .load('u32', 'r1', 'r6', TO.protocol)
    // Of MPTCP this is TCP's number.
    .store('u8', 'r10', PLACES.attempt + ATTEMPT_KEY.protocol, 'r1')
    .load('u32', 'r1', 'r6', TO.port)
    .store('u16', 'r10', PLACES.attempt + ATTEMPT_KEY.port, 'r1');
  if (hook.endsWith('4')) writeIpv4(code, (each) => each.load('u32', 'r1', 'r6', TO.ip4));
  else writeIpv6(code, (each, at) => each.load('u32', 'r1', 'r6', TO.ip6 + at));
  judgeAddress(code, gate, 'refused');
  refuseBeyondLimit(code, gate);
  code.label('pass').move('r0', 1).exit().label('refused');
  noteAttempt(code, gate, (each) => each.move('r1', 0));
  return code.move('r0', 0).exit();
}

/** Beyond a limit nothing is sent any more, but to this machine. */
function refuseBeyondLimit(code: Assembler, { spent, exempt }: GateMaps): void {
  code
    .lookUp(exempt, PLACES.range)
    .jumpIf('r0', '==', 0, 'external')
    .load('u32', 'r1', 'r0', 0)
    .jumpIf('r1', '==', 1, 'pass')
    .label('external')
    .store('u32', 'r10', PLACES.zero, 0)
    .lookUp(spent, PLACES.zero)
    .jumpIf('r0', '==', 0, 'pass')
    .load('u64', 'r1', 'r0', SPENT.at.refuses)
    .jumpIf('r1', '==', 0, 'pass')
    .move('r0', 0)
    .exit();
}
