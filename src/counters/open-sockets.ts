import type { ReadCounterFile } from './held-files.js';
import { parseSockstat } from './sockstat.js';

/** Sockets that can still bring or send bytes, with the TCP ones that wait for their end counted apart. */
export type OpenSockets = { readonly inUse: number; readonly timeWait: number };

/** Reads the namespace's own gauges of TCP sockets, both families. */
export function openSockets(read: ReadCounterFile): OpenSockets {
  const four = parseSockstat(read('sockstat') ?? '');
  const text6 = read('sockstat6');
  const six = text6 === undefined ? {} : parseSockstat(text6, 'sockstat6');
  return {
    inUse: Number((four['TCP']?.['inuse'] ?? 0n) + (six['TCP6']?.['inuse'] ?? 0n)),
    timeWait: Number(four['TCP']?.['tw'] ?? 0n),
  };
}
