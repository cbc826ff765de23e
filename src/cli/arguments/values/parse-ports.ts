import { isIP } from 'node:net';
import type { HostPort, PortProtocol, PublishedPort } from '../../../isolation/ports/ports.js';
import { usage } from '../usage-error.js';

/** A range this long is a typing error. */
const MAX_RANGE = 1024;

/**
 * Parses `PORT[-PORT][/tcp|udp]`.
 * @throws {NetmeterError} USAGE, showing the accepted forms
 */
export function parseHostPorts(text: string): HostPort[] {
  const bad = (reason: string) => usage(`bad port '${text}': ${reason}`, 'Ports are like 5432, 8000-8010 or 53/udp.');
  const { rest, protocol } = splitProtocol(text, bad);
  return portRange(rest, bad).map((port) => ({ port, protocol }));
}

/**
 * Parses `[ADDRESS:]HOST:INNER[/tcp|udp]` as docker's -p reads it; HOST and INNER may be ranges of the same length.
 * @throws {NetmeterError} USAGE, showing the accepted forms
 */
export function parsePublish(text: string): PublishedPort[] {
  const cure = 'Publish like 8080:80, 127.0.0.1:8080:80, [::1]:8080:80, 5353:53/udp or 8000-8003:8000-8003.';
  const bad = (reason: string) => usage(`bad ports '${text}': ${reason}`, cure);
  const { rest, protocol } = splitProtocol(text, bad);
  const parts = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?([^:]+):([^:]+)$/.exec(rest);
  const [, six, four, host = '', inner = ''] = parts ?? [];
  if (!parts) throw bad('a port here and a port inside are needed');
  const address = six ?? four;
  if (address !== undefined && isIP(address) !== (six === undefined ? 4 : 6))
    throw bad(`'${address}' is no ${six === undefined ? 'IPv4' : 'IPv6'} address`);
  const [hosts, inners] = [portRange(host, bad), portRange(inner, bad)];
  if (hosts.length !== inners.length) throw bad('the ranges are not of the same length');
  return hosts.map((port, index) => ({
    ...(address !== undefined && { address }),
    host: port,
    inner: inners[index] ?? port,
    protocol,
  }));
}

type Bad = (reason: string) => Error;

function splitProtocol(text: string, bad: Bad): { readonly rest: string; readonly protocol: PortProtocol } {
  const [, rest = '', protocol = 'tcp'] = /^([^/]*)(?:\/(.*))?$/s.exec(text.trim()) ?? [];
  if (protocol !== 'tcp' && protocol !== 'udp') throw bad(`'${protocol}' is neither tcp nor udp`);
  return { rest, protocol };
}

function portRange(text: string, bad: Bad): number[] {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === undefined || from < 1 || to > 65_535) throw bad(`'${text}' is no port (1 to 65535)`);
  if (to < from) throw bad(`the range ${text} runs backwards`);
  if (to - from >= MAX_RANGE) throw bad(`the range ${text} has more than ${MAX_RANGE} ports`);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
