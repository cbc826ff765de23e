import type { Measurement } from '../../measurement/measurement.js';
import { duration, exact } from '../format-octets.js';
import { endText } from '../phrases/end-text.js';
import { type Cell, left, right, type Table } from './table.js';

/** The runs of a series, the one that the report shows marked, and how far they differ. */
export function runTable({ repeat }: Measurement): Table {
  return {
    title: 'Runs',
    columns: [left('run'), right('in'), right('out'), right('took'), left('end'), left('budget')],
    rows: repeat ? [...runRows(repeat), ...spreadRows(repeat)] : [],
  };
}

type Repeat = NonNullable<Measurement['repeat']>;

const runRows = ({ runs, judged, outliers }: Repeat): Cell[][] =>
  runs.map(({ wireOctets, durationMs, exit, verdict }, index) => [
    [
      `${index + 1}`,
      ...(index === judged ? ['shown here'] : []),
      ...(outliers.includes(index) ? ['far off'] : []),
    ].join(', '),
    octets(wireOctets.in),
    octets(wireOctets.out),
    duration(durationMs),
    endText(exit),
    verdict ? { verdict } : '',
  ]);

function spreadRows({ spread, runs }: Repeat): Cell[][] {
  if (runs.length < 2) return [];
  const line = (name: string, value: (of: NonNullable<Repeat['spread']['in']>) => number): Cell[] => [
    name,
    ...[spread.in, spread.out].map((each) => (each ? octets(Math.round(value(each))) : octets(null))),
    '',
    '',
    '',
  ];
  return [
    line('median', ({ median }) => median),
    line('least', ({ min }) => min),
    line('most', ({ max }) => max),
    line('standard deviation', ({ standardDeviation }) => standardDeviation),
  ];
}

const octets = (count: number | null) => (count === null ? exact(null) : `${exact(count)} B`);
