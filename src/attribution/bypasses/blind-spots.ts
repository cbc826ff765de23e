/**
 * What the tracepoints of socket calls do not see although it used the network, for the reader of a report: the gap between
 * the processes' payload and the wire is overhead, retransmitted segments, and this.
 */
export const TRACE_BLIND_SPOTS: readonly string[] = [
  'bytes that splice(2) or sendfile(2) took out of a socket',
  'receives by TCP_ZEROCOPY_RECEIVE, which map memory',
  'programs outside of the tree that worked for it: a resolver, a docker daemon, a network file system',
  'the remote of a UDP socket; and of kernel TLS all but the plain text',
];

/** The same where sockets are only looked at now and then. */
export const SAMPLES_BLIND_SPOTS: readonly string[] = [
  'connections that opened and closed between two looks',
  'UDP',
  'programs outside of the tree that worked for it: a resolver, a docker daemon, a network file system',
];
