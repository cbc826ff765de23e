import { BpfMap, type BpfMapPlan } from '../../linux/bpf/maps/bpf-map.js';
import type { Closing } from '../../linux/closing.js';
import { CONNECTION, CONNECTION_COUNTS, MOST_CONNECTIONS } from './connections/connections.js';
import { FOR_MANY } from './packets/pass-copies.js';
import { INSIDE_KEY, MOST_INSIDE, MOST_REMOTES, REMOTE, REMOTE_KEY, ROLES } from './remotes/remote-layout.js';
import { TOTAL, TOTALS_COUNT } from './totals.js';

/** Devices that may come and go during a run. */
const MOST_DEVICES = 4096;
/** More network namespaces are not distinguished: a machine with so many is none that a command is run on. */
export const MOST_NAMESPACES = 4096;

const NUMBER = 4;
/** Octets of a network namespace's number. */
const COOKIE = 8;
/** Noted in place of all earlier namespaces where these are not known: no namespace has this number. */
export const UNKNOWN_NAMESPACES = Buffer.alloc(COOKIE);
const ONE = { keySize: NUMBER, maxEntries: 1 } as const;

/** What each map is; entries of a hash take memory as they come. */
const PLANS = {
  totals: { type: 'perCpuArray', name: 'nm_totals', ...ONE, valueSize: TOTALS_COUNT * TOTAL.size },
  forMany: { type: 'perCpuArray', name: 'nm_for_many', ...ONE, valueSize: FOR_MANY.size },
  mtus: hash('nm_mtus', NUMBER, NUMBER, MOST_DEVICES),
  remotes: hash('nm_remotes', REMOTE_KEY.size, REMOTE.size, MOST_REMOTES),
  roles: { type: 'array', name: 'nm_roles', ...ONE, valueSize: ROLES.size },
  inside: hash('nm_inside', INSIDE_KEY, NUMBER, MOST_INSIDE),
  nested: { type: 'array', name: 'nm_nested', ...ONE, valueSize: NUMBER },
  earlier: hash('nm_earlier', COOKIE, COOKIE, MOST_NAMESPACES),
  connections: {
    ...{ type: 'lruHash', name: 'nm_connections', maxEntries: MOST_CONNECTIONS },
    ...{ keySize: CONNECTION.size, valueSize: NUMBER },
  },
  counts: { type: 'perCpuArray', name: 'nm_counts', ...ONE, valueSize: CONNECTION_COUNTS.size },
} as const satisfies Record<string, BpfMapPlan>;

function hash(name: string, keySize: number, valueSize: number, maxEntries: number) {
  return { type: 'hash', name, keySize, valueSize, maxEntries, isGrown: true } as const;
}

/** The maps of one meter, by what they hold. */
export type Maps = Readonly<Record<keyof typeof PLANS, BpfMap>>;

/** Makes the maps, for `closing` to close. @throws {LinuxError} BPF_MAP_CREATE */
export function createMaps(closing: Closing): Maps {
  const made = Object.entries(PLANS).map(([name, plan]) => [name, closing.add(BpfMap.create(plan))] as const);
  return Object.fromEntries(made) as Maps;
}
