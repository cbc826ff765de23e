import { type CounterTable, parseNameValueTable } from './name-value-table.js';

/**
 * Parses /proc/PID/net/snmp: Ip, Icmp, IcmpMsg, Tcp, Udp, UdpLite (RFC 1213 and successors).
 * @throws {NetmeterError} MALFORMED_KERNEL_FILE
 */
export const parseSnmp = (text: string): CounterTable => parseNameValueTable('snmp', text);

/** Entries that are settings or gauges: they may go down without a reset. */
export const SNMP_GAUGES: ReadonlySet<string> = new Set([
  'Ip.Forwarding',
  'Ip.DefaultTTL',
  'Tcp.RtoAlgorithm',
  'Tcp.RtoMin',
  'Tcp.RtoMax',
  'Tcp.MaxConn',
  'Tcp.CurrEstab',
]);
