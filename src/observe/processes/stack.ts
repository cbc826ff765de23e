import { PAIR, PAIR_KEY, PROCESS_SIZE } from './process-layout.js';

/** struct sock_common of include/net/sock.h, whose beginning has not moved since Linux 3.13 (64 bits, CONFIG_IPV6). */
export const SOCK_COMMON = {
  ipv4: 0,
  local4: 4,
  /** In network order. */
  remotePort: 12,
  localPort: 14,
  family: 16,
  ipv6: 56,
  local6: 72,
  size: 88,
} as const;

/** Places on the stack, below r10. */
export const STACK = {
  /** The current process' pid, a key. */
  pid: -8,
  /** A socket's address in the kernel, a key. */
  socket: -16,
  /** A PAIR_KEY, whose socket is being described. */
  pair: -16 - PAIR_KEY.size,
  /** Zeros for a new PAIR. */
  counts: -16 - PAIR_KEY.size - PAIR.size,
  /** How many connections begin with what is counted: 0 or 1. */
  fresh: -80,
  scratch: -88,
  /** A SOCK_COMMON. */
  common: -88 - SOCK_COMMON.size,
  /** 1: the socket has connected, and shows its remote only now. */
  late: -96 - SOCK_COMMON.size - PROCESS_SIZE,
  /** A new process. */
  process: -88 - SOCK_COMMON.size - PROCESS_SIZE,
} as const;
