import type { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { STACK } from '../program-frame.js';
import { REMOTE_KEY, ROLES, SERVER_BIT } from '../remotes/remote-layout.js';
import { TCP_FLAGS } from '../remotes/remote-service.js';
import type { Way } from '../totals.js';

export type Version = 4 | 6;

/** Where each version's header has what is read of it; of IPv4 one without options. */
export const IP = {
  4: { first: 0x45, size: 20, protocol: 9, source: 12, destination: 16 },
  6: { first: 6, size: 40, protocol: 6, source: 8, destination: 24 },
} as const;
/** Writes the remote's key of a segment at r2: class and family are known, and who has opened the connection is, or has a SYN in r5. */
export function writeKnownKey(code: Assembler, way: Way, version: Version, roles: BpfMap): void {
  const { size, source, destination } = IP[version];
  const address = way === 'in' ? source : destination;
  const [own, remote] = way === 'in' ? [size + 2, size] : [size, size + 2];
  const key = STACK.remote;
  if (version === 4) {
    code
      .load('u32', 'r1', 'r2', address)
      .compute('shiftLeft', 'r1', 32)
      .moveWide('r3', 0xffff_0000n)
      .compute('or', 'r1', 'r3')
      .store('u64', 'r10', key, 0)
      .store('u64', 'r10', key + 8, 'r1');
  } else {
    for (const half of [0, 8]) code.load('u64', 'r1', 'r2', address + half).store('u64', 'r10', key + half, 'r1');
  }
  const [server, written, notOpening] = [code.newLabel('server'), code.newLabel('port'), code.newLabel('not opening')];
  const rest = (role: number) => (IPPROTO.tcp << 16) | ((((version === 6 ? 1 : 0) << 1) | role) << 24);
  code
    .load('u16', 'r4', 'r2', own)
    .swapBytes('r4', 16)
    .compute('and', 'r4', 0xffff)
    .loadMapValue('r3', roles)
    .compute('add', 'r3', 'r4')
    .jumpIf('r5', '!=', TCP_FLAGS.syn, notOpening)
    .store('u8', 'r3', ROLES.tcp, way === 'in' ? ROLES.server : ROLES.client)
    .label(notOpening)
    .load('u8', 'r1', 'r3', ROLES.tcp)
    .jumpIf('r1', '==', ROLES.server, server)
    .load('u16', 'r4', 'r2', remote)
    .swapBytes('r4', 16)
    .compute('or', 'r4', rest(0))
    .jump(written)
    .label(server)
    .compute('or', 'r4', rest(SERVER_BIT))
    .label(written)
    .store('u64', 'r10', key + REMOTE_KEY.port, 'r4');
}
