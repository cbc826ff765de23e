/**
 * States of a TCP connection (include/net/tcp_states.h), which UDP's sockets use too: 1 connected, 7 not. TIME_WAIT begins with CLOSE
 * (tcp_time_wait()).
 */
export const TCP_STATE = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  TIME_WAIT: 6,
  CLOSE: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
  NEW_SYN_RECV: 12,
} as const;
