import type { Assembler } from '../../linux/bpf/assembler.js';
import type { BpfMap, BpfMapPlan } from '../../linux/bpf/maps/bpf-map.js';
import { entryPages } from '../../linux/bpf/maps/map-entries.js';
import { ROLE } from './end-sums.js';
import { STACK } from './read-end.js';

/** Places in the array, a power of two, and connections that find theirs taken. */
const PLACES = 65_536;
const MOST_MORE = 65_536;
/** A place has a cookie, and in these bits of it the role. 0: it is free. */
const ROLE_BITS = 2;

/**
 * Who has opened each connection that is open, by its socket's cookie. The kernel counts these up, so that connections that are open at
 * once have a place each in an array; to put it into a hash and to take it out again took 0.3 us of a connection. Whose place is
 * still that of a socket from long before is in a hash.
 */
export const OPEN_PLANS = {
  open: { type: 'array', name: 'nm_open', keySize: 4, valueSize: PLACES * 8, maxEntries: 1 },
  more: { type: 'hash', name: 'nm_open_more', keySize: 8, valueSize: 8, maxEntries: MOST_MORE, isGrown: true },
} as const satisfies Record<string, BpfMapPlan>;

type Map = { readonly fd: number };
export type OpenMaps = { readonly open: Map; readonly more: Map };

const ONLY = Buffer.alloc(4);

/** Remembers the connection whose context r6 is, with the role on the stack; r0: not 0 where there is no room for that. */
export function rememberOpen(code: Assembler, maps: OpenMaps): void {
  const [taken, remembered] = [code.newLabel('taken'), code.newLabel('remembered')];
  code.move('r1', 'r6').call('get_socket_cookie').store('u64', 'r10', STACK.cookie, 'r0');
  place(code, maps)
    .load('u64', 'r1', 'r2', 0)
    .jumpIf('r1', '!=', 0, taken)
    .load('u64', 'r1', 'r10', STACK.role)
    .compute('shiftLeft', 'r0', ROLE_BITS)
    .compute('or', 'r0', 'r1')
    .store('u64', 'r2', 0, 'r0')
    .move('r0', 0)
    .jump(remembered)
    .label(taken)
    .update(maps.more, STACK.cookie, STACK.role)
    .label(remembered);
}

/** r1 = the role of the connection whose context r6 is; on to `none` where nobody remembers it. */
export function roleOf(code: Assembler, maps: OpenMaps, none: string): void {
  const [elsewhere, found] = [code.newLabel('elsewhere'), code.newLabel('found')];
  code.move('r1', 'r6').call('get_socket_cookie').store('u64', 'r10', STACK.cookie, 'r0');
  inItsPlace(code, maps, elsewhere)
    .compute('and', 'r1', (1 << ROLE_BITS) - 1)
    .jump(found)
    .label(elsewhere);
  code.lookUp(maps.more, STACK.cookie).jumpIf('r0', '==', 0, none).load('u32', 'r1', 'r0', 0).label(found);
}

/** Forgets the connection whose cookie is on the stack. */
export function forgetOpen(code: Assembler, maps: OpenMaps): void {
  const [elsewhere, forgotten] = [code.newLabel('elsewhere'), code.newLabel('forgotten')];
  code.load('u64', 'r0', 'r10', STACK.cookie);
  inItsPlace(code, maps, elsewhere).store('u64', 'r2', 0, 0).jump(forgotten).label(elsewhere);
  code.remove(maps.more, STACK.cookie).label(forgotten);
}

/** r1 = what is at r2, the place of the cookie in r0; on to `elsewhere` where that is another's. */
const inItsPlace = (code: Assembler, maps: OpenMaps, elsewhere: string) =>
  place(code, maps)
    .load('u64', 'r1', 'r2', 0)
    .move('r3', 'r1')
    .compute('shiftRight', 'r3', ROLE_BITS)
    .jumpIf('r3', '!=', 'r0', elsewhere);

/** r2 = the place of the cookie in r0. */
const place = (code: Assembler, { open }: OpenMaps) =>
  code
    .move('r1', 'r0')
    .compute('and', 'r1', PLACES - 1)
    .compute('shiftLeft', 'r1', 3)
    .loadMapValue('r2', open)
    .compute('add', 'r2', 'r1');

/** Their roles, by their cookies. */
export function readOpen({
  open,
  more,
}: Readonly<Record<keyof OpenMaps, BpfMap>>): ReadonlyMap<bigint, keyof typeof ROLE> {
  const role = (number: number) => (number === ROLE.server ? 'server' : 'client');
  const found = new Map<bigint, keyof typeof ROLE>();
  const places = open.lookup(ONLY) ?? Buffer.alloc(0);
  for (let at = 0; at < places.length; at += 8) {
    const low = places.readUInt32LE(at);
    // A bigint takes long to make, and nearly all are free.
    if (low !== 0) found.set(places.readBigUInt64LE(at) >> BigInt(ROLE_BITS), role(low & ((1 << ROLE_BITS) - 1)));
  }
  for (const page of entryPages(more))
    for (const { key, value } of page) found.set(key.readBigUInt64LE(), role(value.readUInt32LE()));
  return found;
}
