import type { Assembler } from '../../../linux/bpf/assembler.js';
import { PACKET, RAW, SOCKET } from '../packet-context.js';
import { TOTAL } from '../totals.js';

/** Notes what a raw socket received: each of them gets a copy (raw_v4_input()), of what was for others too. */
export function addRawOctets(code: Assembler): void {
  code
    .load('u64', 'r1', 'r6', PACKET.socket)
    .jumpIf('r1', '==', 0, 'not raw')
    .call('sk_fullsock')
    .jumpIf('r0', '==', 0, 'not raw')
    .load('u32', 'r1', 'r0', SOCKET.type)
    .jumpIf('r1', '!=', RAW, 'not raw')
    .atomicAdd('r9', TOTAL.at.rawOctets, 'r8')
    .label('not raw');
}
