import { type BpfField, bpf } from '../bpf-call.js';
import { objectName } from '../object-name.js';
import { lockedTypes, type MapTypes, numberTypes, withTypes } from './map-types.js';

/** enum bpf_map_type, linux/bpf.h. */
const TYPES = {
  hash: 1,
  array: 2,
  programArray: 3,
  perCpuHash: 5,
  perCpuArray: 6,
  cgroupArray: 8,
  lruHash: 9,
  lpmTrie: 11,
  queue: 22,
  socketStorage: 24,
  ringBuffer: 27,
} as const;

export type BpfMapPlan = {
  readonly type: keyof typeof TYPES;
  /** What bpftool(8) calls it; the first 15 characters. */
  readonly name: string;
  /** In bytes; a queue has none (0), and a socket's entry is found by a descriptor of the socket, of four. */
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** Its entries take memory only as they come; under pressure the kernel may refuse one. */
  readonly isGrown?: boolean;
  /** Its values begin with four octets that are a lock (bpf_spin_lock(), Linux 5.1). */
  readonly isLocked?: boolean;
};

/** BPF_F_NO_PREALLOC: entries are made one by one, those of a trie and of sockets always. */
const NO_PREALLOC = 1;
/** BPF_F_CLONE: an accepted connection inherits its listener's entry. */
const CLONE = 0x200;
const FLAGS: Partial<Record<BpfMapPlan['type'], number>> = { lpmTrie: NO_PREALLOC, socketStorage: NO_PREALLOC | CLONE };

/** @returns the map's descriptor @throws {LinuxError} BPF_MAP_CREATE: EPERM without CAP_BPF, E2BIG, EINVAL for a type that this kernel has not */
export function createMap(plan: BpfMapPlan): number {
  const { type, name, keySize, valueSize, maxEntries, isGrown } = plan;
  const title = objectName(name);
  const fields: BpfField[] = [
    [0, TYPES[type]],
    [4, keySize],
    [8, valueSize],
    [12, maxEntries],
    [16, (FLAGS[type] ?? 0) | (isGrown ? NO_PREALLOC : 0)],
    [28, title[0]],
    [36, title[1]],
  ];
  const types = typesOf(plan);
  if (!types) return bpf('BPF_MAP_CREATE', fields);
  const { key, value } = types;
  return withTypes(types, (fd) => bpf('BPF_MAP_CREATE', [...fields, [48, fd], [52, key], [56, value]]));
}

/** Of these the kernel wants to know what is in them. */
function typesOf({ type, isLocked, keySize, valueSize }: BpfMapPlan): MapTypes | undefined {
  if (type === 'socketStorage') return numberTypes();
  return isLocked ? lockedTypes(keySize, valueSize) : undefined;
}
