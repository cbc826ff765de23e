import { kernelLines } from './kernel-lines.js';
import { malformed } from './malformed.js';
import { type Counters, parseCounter } from './name-value-table.js';

/** Counters by device; keys are the header's columns behind `rx` or `tx`: rxBytes, rxPackets, txBytes ... */
export type Devices = Readonly<Record<string, Counters>>;

/** What a device's columns begin with: what it has received, and what it has sent. */
export const DEVICE_COLUMNS = { in: 'rx', out: 'tx' } as const;

/**
 * Parses /proc/PID/net/dev (net/core/net-procfs.c): link bytes and packets of every device of the namespace.
 * @throws {NetmeterError} MALFORMED_KERNEL_FILE
 */
export function parseDev(text: string): Devices {
  const [, header, ...rows] = kernelLines('dev', text);
  const names = parseHeader(header);
  // Every namespace has lo, and it cannot be removed.
  if (rows.length === 0) throw malformed('dev', 3, 'no device');
  const devices: Record<string, Counters> = Object.create(null);
  for (const [index, row] of rows.entries()) {
    const { device, cells } = splitRow(row, index + 3);
    if (cells.length !== names.length)
      throw malformed('dev', index + 3, `${names.length} columns but ${cells.length} values`);
    const counters: Record<string, bigint> = Object.create(null);
    for (const [column, name] of names.entries()) counters[name] = parseCounter('dev', index + 3, cells[column]);
    devices[device] = counters;
  }
  return devices;
}

function parseHeader(line: string | undefined): string[] {
  const [face, receive, transmit, ...rest] = (line ?? '').split('|');
  if (face?.trim() !== 'face' || !receive?.trim() || !transmit?.trim() || rest.length > 0)
    throw malformed('dev', 2, 'no "face |...|..." header');
  const columns = (prefix: string, names: string) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => prefix + name.charAt(0).toUpperCase() + name.slice(1));
  return [...columns(DEVICE_COLUMNS.in, receive), ...columns(DEVICE_COLUMNS.out, transmit)];
}

/** The name ends at the last colon: aliases have one too, and old kernels print no space behind it. */
function splitRow(row: string, lineNumber: number) {
  const colon = row.lastIndexOf(':');
  const device = row.slice(0, colon).trim();
  if (colon < 0 || device === '') throw malformed('dev', lineNumber, 'no "device: values"');
  return {
    device,
    cells: row
      .slice(colon + 1)
      .trim()
      .split(/\s+/),
  };
}
