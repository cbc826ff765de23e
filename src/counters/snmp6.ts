import { kernelLines } from './kernel-lines.js';
import { malformed } from './malformed.js';
import { type Counters, parseCounter } from './name-value-table.js';

/**
 * Parses /proc/PID/net/snmp6, a name and a value a line (net/ipv6/proc.c): Ip6InOctets, Udp6InDatagrams ...
 * The file is absent where IPv6 is.
 * @throws {NetmeterError} MALFORMED_KERNEL_FILE
 */
export function parseSnmp6(text: string): Counters {
  const counters: Record<string, bigint> = Object.create(null);
  for (const [index, line] of kernelLines('snmp6', text).entries()) {
    const match = /^(\S+)\s+(\S+)\s*$/.exec(line);
    if (!match?.[1]) throw malformed('snmp6', index + 1, 'no "name value"');
    counters[match[1]] = parseCounter('snmp6', index + 1, match[2]);
  }
  return counters;
}
