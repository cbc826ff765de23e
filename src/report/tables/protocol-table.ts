import type { Measurement } from '../../measurement/measurement.js';
import { exact } from '../format-octets.js';
import { isOfAll, OF_ALL } from '../whose-counters.js';
import { left, right, type Table } from './table.js';

/** Every protocol counter of the measurement, and how names were looked up, under their own names in words: a new one needs no line here. */
export const protocolTable = ({ protocol, dns, ...run }: Measurement): Table => ({
  title: isOfAll(run) ? `Protocol counters ${OF_ALL}` : 'Protocol counters',
  columns: [left('counter'), right('count')],
  rows: Object.entries({ ...protocol, ...(dns && { dns }) }).flatMap(([layer, counters]) =>
    counterRows(layer, counters),
  ),
  folded: true,
});

type Counters = { readonly [name: string]: number | null | Counters };

const counterRows = (prefix: string, counters: Counters): string[][] =>
  Object.entries(counters).flatMap(([name, count]) =>
    typeof count === 'object' && count !== null
      ? counterRows(`${prefix} ${words(name)}`, count)
      : [[`${prefix} ${words(name)}`, exact(count)]],
  );

/** "retransmittedSegments" is "retransmitted segments". */
const words = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
