import type { Assembler } from '../../../linux/bpf/assembler.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { CONNECTION } from '../connections/connections.js';
import type { RemoteMaps } from '../remotes/count-remote.js';
import { REMOTE_KEY, ROLES } from '../remotes/remote-layout.js';
import { placeOfRemote } from '../remotes/remote-service.js';
import { ORPHAN } from './orphan-field.js';

/** Leaves at `remote` where the packets of the connection that readOrphan() has found are counted by remote, or 0. */
export function findOrphansRemote(code: Assembler, { remotes, roles }: RemoteMaps): void {
  const key = ORPHAN.remoteKey;
  for (const half of [0, 8])
    code
      .load('u64', 'r1', 'r10', ORPHAN.key + CONNECTION.remote + half)
      .store('u64', 'r10', key + REMOTE_KEY.address + half, 'r1');
  code
    .store('u64', 'r10', ORPHAN.remote, 0)
    .store('u8', 'r10', key + REMOTE_KEY.protocol, IPPROTO.tcp)
    .load('u16', 'r3', 'r10', ORPHAN.key + CONNECTION.localPort)
    .loadMapValue('r1', roles)
    .compute('add', 'r1', 'r3')
    .load('u8', 'r4', 'r1', ROLES.tcp)
    .jumpIf('r4', '==', ROLES.server, 'service')
    .load('u16', 'r3', 'r10', ORPHAN.key + CONNECTION.remotePort)
    .label('service')
    .store('u16', 'r10', key + REMOTE_KEY.port, 'r3');
  placeOfRemote(code, { index: ORPHAN.index, key });
  code
    .lookUp(remotes, key)
    .jumpIf('r0', '==', 0, 'remote known')
    .store('u64', 'r10', ORPHAN.remote, 'r0')
    .label('remote known');
}
