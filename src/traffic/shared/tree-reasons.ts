/** Why the count of a tree's sockets can be off, for people. */
export const REASONS = {
  fragments: 'packets were fragmented, and others of this network namespace fragment theirs too',
  icmp: 'ICMP errors came or went, which have no socket and may be others’',
  'raw-sockets': 'raw sockets received copies of what others were sent',
  'closed-connections': 'connections were closed before all of their packets had come',
  'closed-datagram-sockets': 'datagrams came for sockets that were closed, or for nobody',
  'unknown-mtu': 'packets left by a device whose MTU is not known',
  // Neither what a program takes from a packet socket, nor the errors that its frames meet.
  'packet-sockets': 'what packet sockets receive for what they sent has no other socket',
  // The tracepoint sock_send_length, or else a probe of the function that they send by.
  'unseen-sends': 'what packet sockets send is not seen here: it takes Linux 6.3, or kprobes',
  tunnels: 'TUN or TAP devices carried packets that have no socket, and may have been forwarded',
  // Events of rtnetlink that had no room.
  'unheard-tunnels': 'it was not heard of all devices that came and went, and some may have been TUN or TAP devices',
} as const;
