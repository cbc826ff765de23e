/** States of <net/tcp_states.h> in which nothing more is expected: TIME_WAIT, CLOSE, LISTEN. */
const SETTLED = new Set(['06', '07', '0A']);

/** Whether a connection can still send or receive. @param state as /proc/PID/net/tcp has it */
export const isUnsettled = (state: string): boolean => !SETTLED.has(state);

/** Counts the connections in /proc/PID/net/tcp or tcp6 that can still send or receive. */
export function unsettledConnections(text: string): number {
  return text
    .split('\n')
    .slice(1)
    .map((line) => /^\s*\d+: \S+ \S+ ([0-9A-F]{2}) /.exec(line)?.[1])
    .filter((state) => state !== undefined && isUnsettled(state)).length;
}
