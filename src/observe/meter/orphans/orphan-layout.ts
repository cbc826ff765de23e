import type { Btf } from '../../../linux/bpf/btf.js';

/** Where the kernel that runs keeps what a program must know of a packet (struct sk_buff) that has met no full socket. */
export type OrphanLayout = Readonly<
  Record<
    | 'head'
    | 'data'
    | 'end'
    | 'length'
    | 'network'
    | 'transport'
    | 'device'
    | 'segments'
    | 'segmentSize'
    | 'socketState'
    | 'timeWaitState',
    number
  >
> & {
  /** IPv4's answers are their socket's, as the program for what is sent sees them (ip_send_unicast_reply(), Linux 6.13). */
  readonly answersHaveSocket: boolean;
};

/** The types that a layout is made of. */
export const ORPHAN_TYPES = [
  ...['sk_buff', 'skb_shared_info', 'sock_common', 'inet_timewait_sock'],
  ...['btf_trace_kfree_skb', 'btf_trace_tcp_send_reset', 'ip_send_unicast_reply'],
];

/**
 * @returns undefined where the tracepoints do not say which socket a packet was for (before Linux 6.11)
 * @throws {Error} a field has another name
 */
export function orphanLayout(btf: Btf): OrphanLayout | undefined {
  if (btf.tracepointArguments('kfree_skb') < 4 || btf.tracepointArguments('tcp_send_reset') < 3) return undefined;
  const packet = (member: string) => btf.offsetOf('sk_buff', member);
  return {
    head: packet('head'),
    data: packet('data'),
    end: packet('end'),
    length: packet('len'),
    network: packet('network_header'),
    transport: packet('transport_header'),
    // Of the device itself the packet knows nothing any more when a socket has it.
    device: packet('skb_iif'),
    segments: btf.offsetOf('skb_shared_info', 'gso_segs'),
    segmentSize: btf.offsetOf('skb_shared_info', 'gso_size'),
    socketState: btf.offsetOf('sock_common', 'skc_state'),
    answersHaveSocket: btf.hasArgument('ip_send_unicast_reply', 'orig_sk'),
    timeWaitState: btf.offsetOf('inet_timewait_sock', 'tw_substate'),
  };
}
