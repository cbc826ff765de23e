import { kernelLines } from './kernel-lines.js';
import { malformed } from './malformed.js';

/** Counters of one group by the kernel's name, for example `{ InOctets: 1n }`. Signed: Tcp's MaxConn is -1. */
export type Counters = Readonly<Record<string, bigint>>;
/** Groups of counters: `{ IpExt: { InOctets: 1n }, TcpExt: { ... } }`. */
export type CounterTable = Readonly<Record<string, Counters>>;

/**
 * Parses the kernel's two-line tables: `Group: name name ...` and below it `Group: value value ...`
 * (snmp_seq_show(), netstat_seq_show(), net/ipv4/proc.c). Columns are found by name; unknown ones are kept.
 * @throws {NetmeterError} MALFORMED_KERNEL_FILE
 */
export function parseNameValueTable(file: string, text: string): CounterTable {
  const lines = kernelLines(file, text);
  const table: Record<string, Counters> = Object.create(null);
  for (let index = 0; index < lines.length; index += 2) {
    const names = splitLine(file, index + 1, lines[index]);
    const values = splitLine(file, index + 2, lines[index + 1]);
    if (names.group !== values.group)
      throw malformed(file, index + 2, `values of ${values.group} below names of ${names.group}`);
    if (names.cells.length !== values.cells.length) {
      throw malformed(file, index + 2, `${names.cells.length} names but ${values.cells.length} values`);
    }
    table[names.group] = pairUp(file, index + 2, names.cells, values.cells);
  }
  return table;
}

function splitLine(file: string, lineNumber: number, line: string | undefined) {
  const match = /^(\w+):((?: \S+)*) ?$/.exec(line ?? '');
  if (!match?.[1]) throw malformed(file, lineNumber, line === undefined ? 'it ends too early' : 'no "Group: cells"');
  return { group: match[1], cells: (match[2] ?? '').split(' ').slice(1) };
}

function pairUp(file: string, lineNumber: number, names: readonly string[], values: readonly string[]): Counters {
  const counters: Record<string, bigint> = Object.create(null);
  for (const [column, name] of names.entries()) counters[name] = parseCounter(file, lineNumber, values[column]);
  return counters;
}

/** A decimal u64, or a negative number where the kernel prints one. */
export function parseCounter(file: string, lineNumber: number, cell: string | undefined): bigint {
  // Most counters are zero: no need to check and convert them.
  if (cell === '0') return 0n;
  if (cell === undefined || !/^-?\d+$/.test(cell)) throw malformed(file, lineNumber, `'${cell}' is not a number`);
  return BigInt(cell);
}
