import type { Measurement } from '../../measurement/measurement.js';
import type { ProcessRow, ProcessUse } from '../../measurement/processes.js';
import { commandLine } from '../command-line.js';
import { duration, exact } from '../format-octets.js';
import { depthsAmong, externalOf, unplacedOf } from '../text/process-rows.js';
import { restOfBalance } from '../unattributed.js';
import { type Cell, left, right, type Table } from './table.js';

/** More than this are in the JSON report alone. */
const SHOWN = 50;

const WIDTH = 100;

type Found = Exclude<ProcessUse, { evidence: 'none' }>;

/** Which process moved what, in the order of the tree; with the last lines it sums up to the external bytes. */
export function processTable({ processes: found }: Measurement): Table {
  const isFound = found !== undefined && found.evidence !== 'none';
  const shown = isFound ? found.processes.slice(0, SHOWN) : [];
  const depths = depthsAmong(shown, isFound ? found.processes : []);
  const hasUnplaced = isFound && shown.some((each) => unplacedOf(each, found) > 0);
  return {
    title: isFound && found.evidence === 'sampled' ? 'Processes, payload as sampled' : 'Processes, payload',
    columns: [
      left('process'),
      right('pid'),
      right('in'),
      right('out'),
      ...(hasUnplaced ? [right('unplaced')] : []),
      right('loopback'),
      right('after'),
      right('for'),
    ],
    rows: isFound
      ? [
          ...shown.map((each) => processCells(each, found, { hasUnplaced, depth: depths.get(each.pid) ?? 0 })),
          ...restOf(found, hasUnplaced ? 4 : 3),
        ]
      : [],
  };
}

type Shown = { readonly hasUnplaced: boolean; readonly depth: number };

function processCells(process: ProcessRow, found: Found, { hasUnplaced, depth }: Shown): Cell[] {
  const { pid, name, file, commandLine: words, payload, startedMs, endedMs } = process;
  const external = externalOf(process, found);
  // Spaces at the start of a cell would be lost.
  const indent = '· '.repeat(Math.min(depth, 6));
  return [
    { foreign: indent + (words ? commandLine(words, WIDTH) : (name ?? file ?? 'unknown')) },
    `${pid}`,
    octets(external.in),
    octets(external.out),
    ...(hasUnplaced ? [octets(unplacedOf(process, found))] : []),
    octets(payload.loopback.in + payload.loopback.out),
    startedMs === null ? '' : duration(startedMs),
    startedMs === null || endedMs === null ? '' : duration(endedMs - startedMs),
  ];
}

/** @param blank cells behind the octets */
function restOf(found: Found, blank: number): Cell[][] {
  const { balance, processes, otherProcesses, lostEvents } = found;
  const blanks = Array<Cell>(blank).fill('');
  const shown = processes.slice(0, SHOWN);
  const count = processes.length - shown.length + otherProcesses.processes;
  const sum = (way: 'in' | 'out') =>
    balance[way].payloadOctets - shown.reduce((total, each) => total + externalOf(each, found)[way], 0);
  const { unattributed, notCarried } = restOfBalance(balance);
  const lines: [name: string, incoming: number | null, out: number | null][] = [
    [`${exact(count)} others`, sum('in'), sum('out')],
    ['overhead', balance.in.overheadOctets, balance.out.overheadOctets],
    ['retransmitted', balance.in.retransmittedOctets ?? 0, balance.out.retransmittedOctets ?? 0],
    ['unattributed', unattributed.in, unattributed.out],
    ['handed over, not carried', notCarried.in, notCarried.out],
  ];
  return [
    ...lines
      .filter(([, incoming, out]) => incoming !== 0 || out !== 0)
      .map(([name, incoming, out]) => [name, '', octets(incoming), octets(out), ...blanks]),
    ...(lostEvents
      ? [
          [
            `${exact(lostEvents)} ${lostEvents === 1 ? 'event was' : 'events were'} lost: a lower bound`,
            '',
            '',
            '',
            ...blanks,
          ],
        ]
      : []),
  ];
}

const octets = (count: number | null) => (count === null ? exact(null) : `${exact(count)} B`);
