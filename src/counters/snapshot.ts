import type { Milliseconds } from '../units.js';
import { type Devices, parseDev } from './dev.js';
import type { CounterFile, ReadCounterFile } from './held-files.js';
import type { Counters, CounterTable } from './name-value-table.js';
import { parseNetstat } from './netstat.js';
import { parseSnmp } from './snmp.js';
import { parseSnmp6 } from './snmp6.js';
import { parseSockstat } from './sockstat.js';

/** All counters of a namespace at one instant. Without IPv6 there is no snmp6 and no sockstat6. */
export type Snapshot = {
  /** Monotonic. */
  readonly at: Milliseconds;
  readonly netstat: CounterTable;
  readonly snmp: CounterTable;
  readonly dev: Devices;
  readonly sockstat: CounterTable;
  readonly snmp6?: Counters;
  readonly sockstat6?: CounterTable;
};

/** The texts of the counter files at one instant, which take a tenth of the time to take than to parse. */
export type CounterTexts = { readonly at: Milliseconds; readonly texts: ReadonlyMap<CounterFile, string | undefined> };

const FILES = ['netstat', 'snmp', 'dev', 'sockstat', 'snmp6', 'sockstat6'] as const;

export const takeTexts = (read: ReadCounterFile, at: Milliseconds): CounterTexts => ({
  at,
  texts: new Map(FILES.map((file) => [file, read(file)])),
});

export const parseTexts = ({ at, texts }: CounterTexts): Snapshot => snapshot((file) => texts.get(file), at);

/** @throws {NetmeterError} MALFORMED_KERNEL_FILE */
export function snapshot(read: ReadCounterFile, at: Milliseconds): Snapshot {
  const snmp6 = read('snmp6');
  const sockstat6 = read('sockstat6');
  return {
    at,
    netstat: parseNetstat(read('netstat') ?? ''),
    snmp: parseSnmp(read('snmp') ?? ''),
    dev: parseDev(read('dev') ?? ''),
    sockstat: parseSockstat(read('sockstat') ?? ''),
    ...(snmp6 !== undefined && { snmp6: parseSnmp6(snmp6) }),
    ...(sockstat6 !== undefined && { sockstat6: parseSockstat(sockstat6, 'sockstat6') }),
  };
}
