import type { Endpoint } from '../attribution/processes/trace-event.js';
import type { TcpConnection } from '../attribution/remotes/connection-ledger.js';

/** States in which the peer's FIN has arrived. */
const FINISHED = ['CLOSE-WAIT', 'LAST-ACK', 'CLOSING'];

/** The state of every socket that the kernel takes away. */
const GONE = 'UNCONN';

/** SYN and FIN are acknowledged like bytes. */
const NOT_PAYLOAD = 2;

/**
 * Parses a line of `ss -tineHO` (ss(8), iproute2), with `-p` of who holds it, with `-E` of one that the kernel takes away.
 * Payload out is what was sent but for what was retransmitted; the peer's FIN counts as a byte there and is none.
 * @returns undefined for a line that is no connection
 */
export function parseSocketLine(line: string): TcpConnection | undefined {
  const [state = '', , , localText, remoteText] = line.trim().split(/\s+/, 5);
  const [local, remote] = [parseEndpoint(localText), parseEndpoint(remoteText)];
  const key = /\ssk:([0-9a-f]+)/.exec(line)?.[1];
  if (!local || !remote || key === undefined) return undefined;
  const received = count(line, 'bytes_received') ?? 0;
  const sent = count(line, 'bytes_sent');
  const acknowledged = count(line, 'bytes_acked') ?? 0;
  const retransmitted = count(line, 'bytes_retrans') ?? 0;
  const rttMs = milliseconds(line, 'minrtt') ?? milliseconds(line, 'rtt');
  // Only a FIN can have been received where no segment had data.
  const hasData = count(line, 'data_segs_in') !== undefined || received > 1;
  const isGone = state === GONE;
  return {
    key,
    local,
    remote,
    pids: [...line.matchAll(/,pid=(\d+),/g)].map(([, pid]) => Number(pid)),
    in: isGone && !hasData ? 0 : Math.max(0, received - Number(FINISHED.includes(state))),
    out: Math.max(0, (sent ?? 0) - retransmitted),
    mayCountFin: isGone && hasData && received > 0,
    // Linux before 4.19, or ss before 5.0, does not tell.
    retransmitted: sent === undefined && acknowledged > NOT_PAYLOAD ? undefined : retransmitted,
    rttMs,
    wasAnswered: rttMs !== undefined || received + acknowledged > 0,
  };
}

/** Undefined: not told, which is what ss does with a zero. */
function count(line: string, name: string): number | undefined {
  const digits = /^\d{1,15}/.exec(textOf(line, name))?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** As ss prints it, with %g. */
function milliseconds(line: string, name: string): number | undefined {
  const value = Number.parseFloat(textOf(line, name));
  return value >= 0 && Number.isFinite(value) ? value : undefined;
}

/** What begins behind `NAME:`. */
function textOf(line: string, name: string): string {
  const at = line.indexOf(` ${name}:`);
  const from = at + name.length + 2;
  return at < 0 ? '' : line.slice(from, from + 24);
}

/** `192.0.2.1:80`, `[2001:db8::1]:80`, `[::ffff:192.0.2.1]:80`, `[fe80::1]%eth0:80`. */
function parseEndpoint(text = ''): Endpoint | undefined {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?:%\S+)?:(\d+)$/.exec(text) ?? [];
  const address = bracketed?.replace(/^::ffff:(?=[\d.]+$)/, '') ?? plain;
  return address === undefined ? undefined : { address, port: Number(port) };
}
