import { type CounterTable, parseNameValueTable } from './name-value-table.js';

/**
 * Parses /proc/PID/net/netstat: TcpExt, IpExt (InOctets, OutOctets ...), MPTcpExt, in events and IP octets.
 * @throws {NetmeterError} MALFORMED_KERNEL_FILE
 */
export const parseNetstat = (text: string): CounterTable => parseNameValueTable('netstat', text);

/** Entries that may go down without a reset: connections that are open now. */
export const NETSTAT_GAUGES: ReadonlySet<string> = new Set(['MPTcpExt.MPCurrEstab']);
