import type { Door } from '../measurement/remotes.js';
import type { Milliseconds } from '../units.js';

/** A door as one look finds it. */
export type Sighting = Omit<Door, 'name' | 'firstSeenMs'>;

/** More than this are not listed: a run that opens ever new ones shall not fill the memory. */
const MOST = 100;

/** The doors of all looks so far in the order of their finding; a unix socket once for each program that was seen with it. */
export type DoorList = readonly Door[];

/**
 * @param name the process' name now; null: it has ended
 * @param atMs when the look was, after the command's start
 */
export function addSightings(
  doors: DoorList,
  sightings: readonly Sighting[],
  { name, atMs }: { readonly name: (pid: number) => string | null; readonly atMs: Milliseconds },
): DoorList {
  return sightings.reduce<DoorList>((list, { pid, ...seen }) => {
    return withDoor(list, { ...seen, pid, name: pid === null ? null : name(pid), firstSeenMs: atMs });
  }, doors);
}

function withDoor(list: DoorList, door: Door): DoorList {
  const same = list.filter(({ kind, what }) => kind === door.kind && what === door.what);
  const [known] = same;
  if (!known) return list.length < MOST ? list.concat(door) : list;
  // A socket is handed down from process to process, and a namespace is many processes' home: the first one is told.
  const isKnown = door.kind !== 'unix-socket' || door.name === null || same.some(({ name }) => name === door.name);
  if (isKnown) return replace(list, known, { ...known, leadsOut: known.leadsOut || door.leadsOut });
  const nameless = same.find(({ name }) => name === null);
  if (nameless) return replace(list, nameless, { ...door, firstSeenMs: nameless.firstSeenMs });
  return list.length < MOST ? list.concat(door) : list;
}

const replace = (list: DoorList, old: Door, door: Door): DoorList =>
  list.map((other) => (other === old ? door : other));
