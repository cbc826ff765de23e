import type { RemoteRow } from '../measurement/remotes.js';

/** Rows of two runs that are of the same remote. */
export type RemoteGroup = {
  /** Its first name in the alphabet, else its address with port. */
  readonly subject: string;
  readonly before: readonly RemoteRow[];
  readonly after: readonly RemoteRow[];
};

/**
 * Groups rows by remote: those that share a name, in either run, are one, because a name leads to other addresses the next
 * day, and an address was asked for by other names. What has no name is told by its address and port.
 */
export function groupRemotes(before: readonly RemoteRow[], after: readonly RemoteRow[]): RemoteGroup[] {
  const group = new Groups();
  for (const row of [...before, ...after]) group.join(keysOf(row));
  const found = new Map<string, { before: RemoteRow[]; after: RemoteRow[] }>();
  const add = (when: 'before' | 'after', row: RemoteRow) => {
    const subject = group.of(keysOf(row)[0] ?? '');
    const rows = found.get(subject) ?? { before: [], after: [] };
    rows[when].push(row);
    found.set(subject, rows);
  };
  for (const row of before) add('before', row);
  for (const row of after) add('after', row);
  return [...found].map(([subject, rows]) => ({ subject, ...rows }));
}

function keysOf({ names, address, port, protocol, role }: RemoteRow): readonly string[] {
  if (names.length > 0) return names.map((name) => name.toLowerCase());
  const host = address.includes(':') && port !== null ? `[${address}]` : address;
  const place = port === null ? ` ${protocol}` : `:${port}${protocol === 'tcp' ? '' : `/${protocol}`}`;
  return [role === 'server' ? `${address} at our port${place.replace(':', ' ')}` : `${host}${place}`];
}

/** Disjoint sets of keys; the first in the alphabet stands for its set. */
class Groups {
  readonly #leads = new Map<string, string>();

  join(keys: readonly string[]): void {
    const roots = keys.map((key) => this.of(key)).toSorted();
    for (const root of roots) this.#leads.set(root, roots[0] ?? root);
  }

  of(key: string): string {
    let root = key;
    for (let next = this.#leads.get(root); next !== undefined && next !== root; next = this.#leads.get(root))
      root = next;
    this.#leads.set(key, root);
    return root;
  }
}
