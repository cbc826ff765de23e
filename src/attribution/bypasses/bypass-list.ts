import type { Bypass } from '../../measurement/remotes.js';
import type { Milliseconds } from '../../units.js';

/** A bypass as one look finds it. */
export type Sighting = Omit<Bypass, 'name' | 'firstSeenMs'>;

/** More than this are not listed: a run that opens ever new ones shall not fill the memory. */
const MOST = 100;

/** The bypasses of all looks so far in the order of their finding; a unix socket once for each program that was seen with it. */
export type BypassList = readonly Bypass[];

/**
 * @param name the process' name now; null: it has ended
 * @param atMs when the look was, after the command's start
 */
export function addSightings(
  bypasses: BypassList,
  sightings: readonly Sighting[],
  { name, atMs }: { readonly name: (pid: number) => string | null; readonly atMs: Milliseconds },
): BypassList {
  return sightings.reduce<BypassList>((list, { pid, ...seen }) => {
    return withBypass(list, { ...seen, pid, name: pid === null ? null : name(pid), firstSeenMs: atMs });
  }, bypasses);
}

function withBypass(list: BypassList, bypass: Bypass): BypassList {
  const same = list.filter(({ kind, what }) => kind === bypass.kind && what === bypass.what);
  const [known] = same;
  if (!known) return list.length < MOST ? list.concat(bypass) : list;
  const leadsOut = known.leadsOut || bypass.leadsOut;
  const nameless = same.find(({ name }) => name === null);
  // Whoever was seen first had ended before he could be named: the next one is.
  if (nameless && bypass.name !== null)
    return replace(list, nameless, { ...bypass, leadsOut, firstSeenMs: nameless.firstSeenMs });
  // A socket is handed down from process to process, and a namespace is many processes' home: the first one is listed.
  const isKnown =
    bypass.kind !== 'unix-socket' || bypass.name === null || same.some(({ name }) => name === bypass.name);
  if (isKnown) return replace(list, known, { ...known, leadsOut });
  return list.length < MOST ? list.concat(bypass) : list;
}

const replace = (list: BypassList, old: Bypass, bypass: Bypass): BypassList =>
  list.map((other) => (other === old ? bypass : other));
