import type { RemoteRow, RemoteUse } from '../../measurement/remotes.js';
import type { InOut } from '../../measurement/traffic.js';
import { isInRange, parseRange } from '../patterns/address-range.js';
import { fitsPattern } from '../patterns/name-pattern.js';
import { atMost, type Bounds, unknown } from './bounds.js';
import type { Evidence } from './evidence.js';
import { wireBounds } from './wire-bounds.js';

/** yes: all that a row holds is a pattern's. maybe: it can be, in part. */
type Belongs = 'yes' | 'maybe' | 'no';

/**
 * What is certain about the external wire octets, both ways, of the remotes that fit a pattern. A name fits when the
 * command asked for it; an address that it got for other names too may have been used by any of them.
 */
export function remoteBounds(pattern: string, evidence: Evidence): Bounds {
  const { remotes, method } = evidence;
  const { total } = wireBounds(evidence);
  // An address of nobody is shared by all.
  if (pattern === '*') return total;
  if (!remotes) return atMost(unknown('the remotes are not distinguished here'), total.upper);
  const seesNames = evidence.dns !== undefined && evidence.dns.queries !== null;
  const belongs = belonging(pattern, seesNames);
  if (remotes.evidence !== 'kernel-counters') return socketBounds(remotes, belongs, total.upper);
  const sums = { yes: 0, maybe: 0, no: 0 };
  for (const row of remotes.rows) sums[belongs(row)] += both(row.wireOctets);
  const doubts: readonly (readonly [number, string])[] = [
    [sums.maybe, seesNames ? 'an address was asked for by other names too' : 'the command’s look-ups were not seen'],
    [both(remotes.others.wireOctets), 'there were more remotes than are listed one by one'],
    [Math.max(0, both(remotes.unattributed)), 'some of the traffic could not be distinguished by its remote'],
    [bound(method.errorBound), 'how far the numbers can be off is not exact enough'],
  ];
  const beyond = doubts.reduce((sum, [octets]) => sum + octets, 0);
  const [, reason] = doubts.reduce((worst, doubt) => (doubt[0] > worst[0] ? doubt : worst));
  const lower = evidence.isShared ? 0 : Math.max(0, sums.yes - bound(method.errorBound));
  const bounds = { lower: lower === -Infinity ? 0 : lower, upper: sums.yes + beyond, used: sums.yes };
  return atMost(beyond > 0 || evidence.isShared ? { ...bounds, reason } : bounds, total.upper);
}

/** Sockets count payload: the wire carried that, and nobody knows how much more. */
function socketBounds({ rows }: RemoteUse, belongs: (row: RemoteRow) => Belongs, most: number): Bounds {
  const sure = rows.filter((row) => belongs(row) === 'yes');
  const payload = sure.reduce((sum, row) => sum + both(row.payloadOctets), 0);
  const lower = Math.min(payload, most);
  return { lower, upper: most, used: lower, reason: 'only the payload of sockets is known by remote here' };
}

function belonging(pattern: string, namesAreSeen: boolean): (row: RemoteRow) => Belongs {
  const range = parseRange(pattern);
  if (range) return ({ address }) => (isInRange(range, address) ? 'yes' : 'no');
  return ({ names }) => {
    // What nobody asked for has no name that could fit.
    if (names.length === 0) return namesAreSeen ? 'no' : 'maybe';
    const fitting = names.filter((name) => fitsPattern(pattern, name)).length;
    return fitting === names.length ? 'yes' : fitting > 0 ? 'maybe' : 'no';
  };
}

const both = ({ in: incoming, out }: InOut<number | null>) => (incoming ?? 0) + (out ?? 0);

const bound = ({ in: incoming, out }: InOut<number | null>) =>
  incoming === null || out === null ? Infinity : incoming + out;
