import type { Measurement } from '../../measurement/measurement.js';
import type { ProcessRow, ProcessUse } from '../../measurement/processes.js';
import type { InOut } from '../../measurement/traffic.js';
import { commandLine } from '../command-line.js';
import { moved } from '../flows.js';
import { exact, rounded } from '../format-octets.js';
import { restOfBalance } from '../unattributed.js';
import { visible } from '../visible.js';
import { row } from './rows.js';
import { type TableRow, tableRow } from './table-row.js';

/** More than this are summed up; the JSON report has them all. */
const SHOWN = 8;

const NAME_WIDTH = 28;

/** A connection between two looks is not seen; a table that is not there would look like one that was forgotten. */
const NONE_SEEN = 'none seen: their sockets are sampled; as root Linux 6.3 counts each';

type Found = Exclude<ProcessUse, { evidence: 'none' }>;

/** A line for each process that moved most, in the order of the tree, and what is left: the lines sum up to the total. */
export function processRows({ processes, traffic }: Measurement): string[] {
  if (!processes) return [];
  if (processes.evidence === 'none') return [row('processes', `unknown: ${processes.reason}`)];
  const active = processes.processes.filter((each) => movedBy(each, processes) > 0);
  if (active.length === 0)
    return processes.evidence === 'sampled' && moved(traffic.external) ? [row('processes', NONE_SEEN)] : [];
  const shown = largest(active, processes);
  const depths = depthsAmong(shown, processes.processes);
  const lines: TableRow[] = [
    ...shown.map((each) => ({
      name: label(each, depths.get(each.pid) ?? 0),
      octets: externalOf(each, processes),
      note: noteOf(each, processes),
    })),
    ...restOf(processes, shown),
  ];
  return lines.map((line, index) => tableRow(index === 0 ? 'processes' : '', line));
}

/** Payload that went outside, as far as is known. */
export function externalOf({ payload }: Pick<ProcessRow, 'payload'>, { unplacedIsExternal }: Found): InOut<number> {
  const each = (way: 'in' | 'out') => payload.external[way] + (unplacedIsExternal ? payload.unplaced[way] : 0);
  return { in: each('in'), out: each('out') };
}

/** Payload that may have gone outside, or stayed: datagrams show no address. */
export const unplacedOf = ({ payload: { unplaced } }: Pick<ProcessRow, 'payload'>, { unplacedIsExternal }: Found) =>
  unplacedIsExternal ? 0 : unplaced.in + unplaced.out;

function noteOf(each: ProcessRow, found: Found): string {
  const octets = unplacedOf(each, found);
  return octets === 0 ? '' : `+ ${rounded(octets)} unplaced`;
}

function movedBy(each: ProcessRow, found: Found): number {
  const { in: incoming, out } = externalOf(each, found);
  return incoming + out + unplacedOf(each, found);
}

function largest(active: readonly ProcessRow[], found: Found): ProcessRow[] {
  const chosen = new Set(active.toSorted((a, b) => movedBy(b, found) - movedBy(a, found)).slice(0, SHOWN));
  return active.filter((each) => chosen.has(each));
}

/**
 * How deep each row stands below others of the table: an indent shows whose descendant a process is, and there is nobody to
 * be that of where none of its ancestors has a row.
 * @param shown in the order of the tree, as all are
 */
export function depthsAmong(shown: readonly ProcessRow[], all: readonly ProcessRow[]): ReadonlyMap<number, number> {
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const depths = new Map<number, number>();
  for (const { pid } of shown) {
    const passed = new Set([pid]);
    let above = parents.get(pid);
    // A number may have been given anew: no circle is followed twice.
    while (above && !depths.has(above) && !passed.has(above)) {
      passed.add(above);
      above = parents.get(above);
    }
    const depth = above ? depths.get(above) : undefined;
    depths.set(pid, depth === undefined ? 0 : depth + 1);
  }
  return depths;
}

function label({ pid, name, file, commandLine: words }: ProcessRow, depth: number): string {
  const indent = ' '.repeat(Math.min(depth, 3));
  const tail = ` (${pid})`;
  const text = words
    ? commandLine(withoutFolder(words), NAME_WIDTH - indent.length - tail.length)
    : visible(name ?? file ?? 'unknown');
  return `${indent}${text}${tail}`;
}

/** The folder of a program would take the room of what distinguishes one from another. */
const withoutFolder = ([file = '', ...rest]: readonly string[]) => [file.replace(/^.*\//s, '') || file, ...rest];

/** What the shown ones do not explain, by kind. */
function restOf(found: Found, shown: readonly ProcessRow[]): TableRow[] {
  const { balance, processes, otherProcesses, evidence, lostEvents } = found;
  const sum = (way: 'in' | 'out') =>
    balance[way].payloadOctets - shown.reduce((total, each) => total + externalOf(each, found)[way], 0);
  const count = processes.length - shown.length + otherProcesses.processes;
  const { unattributed, notCarried } = restOfBalance(balance);
  const again = (way: 'in' | 'out') => balance[way].retransmittedOctets ?? 0;
  const hasOverhead = balance.in.overheadOctets !== null && balance.out.overheadOctets !== null;
  const loss = lostEvents
    ? `${exact(lostEvents)} ${lostEvents === 1 ? 'event' : 'events'} lost`
    : evidence === 'sampled'
      ? 'sampled'
      : '';
  return [
    {
      name: count === 0 ? 'others' : `${exact(count)} other${count === 1 ? '' : 's'}`,
      octets: { in: sum('in'), out: sum('out') },
    },
    ...(hasOverhead
      ? [{ name: 'overhead', octets: { in: balance.in.overheadOctets, out: balance.out.overheadOctets } }]
      : []),
    { name: 'retransmitted', octets: { in: again('in'), out: again('out') } },
    { name: hasOverhead ? 'unattributed' : 'overhead, unattributed', octets: unattributed, note: loss },
    { name: 'not carried', octets: notCarried, note: '' },
  ].filter(({ octets, note = '' }) => octets.in !== 0 || octets.out !== 0 || note);
}
