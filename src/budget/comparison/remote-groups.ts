import type { RemoteRow } from '../../measurement/remotes.js';
import { DisjointSets } from './disjoint-sets.js';

/** Rows of two runs that are of the same remote. */
export type RemoteGroup = {
  /** Its first name in the alphabet, else its address with port. */
  readonly subject: string;
  readonly before: readonly RemoteRow[];
  readonly after: readonly RemoteRow[];
};

/** The remotes of a run. */
export type RunRemotes = {
  readonly rows: readonly RemoteRow[];
  /** False where the names of some may have been missed. */
  readonly seesNames: boolean;
};

/**
 * Groups rows by remote: those that share a name, or an address with its port, are one, in either run and as far as that
 * leads, because a name leads to other addresses the next day, and an address to other names. Where a run may have missed
 * names, a remote without one can be any of the other run's at the same port that has no counterpart.
 */
export function groupRemotes(before: RunRemotes, after: RunRemotes): RemoteGroup[] {
  const sets = new DisjointSets();
  for (const row of [...before.rows, ...after.rows]) sets.join(keysOf(row));
  joinNameless(before, after, sets);
  const found = new Map<string, { before: RemoteRow[]; after: RemoteRow[] }>();
  const add = (when: 'before' | 'after', row: RemoteRow) => {
    const root = sets.of(placeOf(row));
    const rows = found.get(root) ?? { before: [], after: [] };
    rows[when].push(row);
    found.set(root, rows);
  };
  for (const row of before.rows) add('before', row);
  for (const row of after.rows) add('after', row);
  return [...found.values()].map((rows) => ({ subject: subjectOf([...rows.before, ...rows.after]), ...rows }));
}

function joinNameless(before: RunRemotes, after: RunRemotes, sets: DisjointSets): void {
  const rootsOf = (rows: readonly RemoteRow[]) => new Set(rows.map((row) => sets.of(placeOf(row))));
  const roots = { before: rootsOf(before.rows), after: rootsOf(after.rows) };
  const alone = ({ rows }: RunRemotes, others: ReadonlySet<string>) =>
    rows.filter((row) => !others.has(sets.of(placeOf(row))));
  const [gone, come] = [alone(before, roots.after), alone(after, roots.before)];
  joinByPort(nameless(gone, before), named(come), sets);
  joinByPort(nameless(come, after), named(gone), sets);
}

function joinByPort(some: readonly RemoteRow[], others: readonly RemoteRow[], sets: DisjointSets): void {
  for (const row of some) {
    const candidates = others.filter((other) => portOf(other) === portOf(row));
    if (candidates.length > 0) sets.join([row, ...candidates].map(placeOf));
  }
}

const nameless = (rows: readonly RemoteRow[], { seesNames }: RunRemotes) =>
  seesNames ? [] : rows.filter(({ names }) => names.length === 0);
const named = (rows: readonly RemoteRow[]) => rows.filter(({ names }) => names.length > 0);

/** A name and a place are never the same: a place has a space in it. */
const keysOf = (row: RemoteRow) => [placeOf(row), ...row.names.map((name) => name.toLowerCase())];

const placeOf = (row: RemoteRow) => `${row.address} ${portOf(row)}`;
const portOf = ({ port, protocol, role }: RemoteRow) => `${protocol} ${port} ${role}`;

function subjectOf(rows: readonly RemoteRow[]): string {
  const [name] = rows.flatMap(({ names }) => names.map((each) => each.toLowerCase())).toSorted();
  return name ?? rows.map(addressOf).toSorted()[0] ?? '';
}

function addressOf({ address, port, protocol, role }: RemoteRow): string {
  const host = address.includes(':') && port !== null ? `[${address}]` : address;
  const place = port === null ? ` ${protocol}` : `:${port}${protocol === 'tcp' ? '' : `/${protocol}`}`;
  return role === 'server' ? `${address} at our port${place.replace(':', ' ')}` : `${host}${place}`;
}
