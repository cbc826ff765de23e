import type { Assembler } from '../../linux/bpf/assembler.js';

/** Offsets in struct bpf_sock_ops of linux/bpf.h. */
export const OPS = {
  kind: 0,
  oldState: 4,
  newState: 8,
  family: 20,
  remote4: 24,
  local4: 28,
  remote6: 32,
  local6: 48,
  remotePort: 64,
  localPort: 68,
  srtt: 80,
  flags: 84,
  minRtt: 92,
  next: 104,
  unacknowledged: 108,
  retransmitted: 136,
  segsIn: 140,
  dataSegsIn: 144,
  bytesReceived: 168,
  bytesAcked: 176,
  socket: 184,
} as const;

/** BPF_SOCK_OPS_TCP_CONNECT_CB and BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB. */
export const CONNECTS = 3;
export const ACCEPTED = 5;
/** BPF_SOCK_OPS_STATE_CB, which is asked for by BPF_SOCK_OPS_STATE_CB_FLAG. */
export const CHANGES = 10;
const CHANGES_FLAG = 4;

/** Asks for each change of state of the connection whose context r6 is; other programs at the group may have asked for more. */
export function askForChanges(code: Assembler): void {
  const asked = code.newLabel('asked');
  code
    .load('u32', 'r2', 'r6', OPS.flags)
    .jumpIf('r2', '&', CHANGES_FLAG, asked)
    .compute('or', 'r2', CHANGES_FLAG)
    .move('r1', 'r6')
    .call('sock_ops_cb_flags_set')
    .label(asked);
}
