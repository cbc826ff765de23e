import type { ListedConnection } from '../attribution/sampled-ledger.js';
import type { Endpoint } from '../attribution/trace-event.js';

/** States in which the peer's FIN has arrived. */
const FINISHED = ['CLOSE-WAIT', 'LAST-ACK', 'CLOSING'];

/**
 * Parses a line of `ss -tinpeHO` (ss(8), iproute2). Payload out is what was sent but for what was sent again; the peer's
 * FIN counts as a byte there and is none.
 * @returns undefined for a line that is no connection
 */
export function parseSocketLine(line: string): ListedConnection | undefined {
  const [state = '', , , localText, remoteText] = line.trim().split(/\s+/);
  const [local, remote] = [parseEndpoint(localText), parseEndpoint(remoteText)];
  const key = /\ssk:([0-9a-f]+)/.exec(line)?.[1];
  if (!local || !remote || key === undefined) return undefined;
  const number = (name: string) => Number(new RegExp(`\\s${name}:(\\d+)`).exec(line)?.[1] ?? 0);
  return {
    key,
    local,
    remote,
    pids: [...line.matchAll(/,pid=(\d+),/g)].map(([, pid]) => Number(pid)),
    in: Math.max(0, number('bytes_received') - Number(FINISHED.includes(state))),
    out: Math.max(0, number('bytes_sent') - number('bytes_retrans')),
  };
}

/** `192.0.2.1:80`, `[2001:db8::1]:80`, `[::ffff:192.0.2.1]:80`, `[fe80::1]%eth0:80`. */
function parseEndpoint(text = ''): Endpoint | undefined {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?:%\S+)?:(\d+)$/.exec(text) ?? [];
  const address = bracketed?.replace(/^::ffff:(?=[\d.]+$)/, '') ?? plain;
  return address === undefined ? undefined : { address, port: Number(port) };
}
