import { kernelLines } from './kernel-lines.js';
import { malformed } from './malformed.js';
import { type CounterTable, parseCounter } from './name-value-table.js';

/**
 * Parses /proc/PID/net/sockstat and sockstat6: gauges by protocol, `{ TCP: { inuse: 1n, tw: 0n, ... } }`.
 * `inuse` and `tw` are the namespace's own; `alloc` and `mem` are the whole machine's.
 * @param file which of the two it is, for the error
 * @throws {NetmeterError} MALFORMED_KERNEL_FILE
 */
export function parseSockstat(text: string, file: 'sockstat' | 'sockstat6' = 'sockstat'): CounterTable {
  const table: Record<string, Record<string, bigint>> = Object.create(null);
  for (const [index, line] of kernelLines(file, text).entries()) {
    const match = /^(\w+):((?: \S+ \S+)*)\s*$/.exec(line);
    if (!match?.[1]) throw malformed(file, index + 1, 'no "protocol: name value ..."');
    const cells = (match[2] ?? '').trim().split(' ');
    const gauges: Record<string, bigint> = Object.create(null);
    for (let cell = 0; cell + 1 < cells.length; cell += 2) {
      gauges[cells[cell] ?? ''] = parseCounter(file, index + 1, cells[cell + 1]);
    }
    table[match[1]] = gauges;
  }
  return table;
}
