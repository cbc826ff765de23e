import { BpfMap, type BpfMapPlan } from '../../linux/bpf/maps/bpf-map.js';
import { CONTROL, PAIR, PAIR_KEY, PROCESS_SIZE, PROGRAM, SOCKET, STATE } from './process-layout.js';
import { SOCKET_IMAGE } from './socket-image.js';

/** How many there may be of each at once. What has no place is counted together. */
export const MOST = { processes: 8192, ended: 8192, threads: 4096, programs: 4096, sockets: 16_384, pairs: 16_384 };

/** This machine's own addresses. */
const MOST_HOST_ADDRESSES = 256;

const one = { keySize: 4, maxEntries: 1 } as const;
const hash = { type: 'hash', isGrown: true } as const;

/** What each of the maps is for, and how it is laid out. */
const plans = (most: typeof MOST) =>
  ({
    control: { type: 'array', name: 'nm_p_control', ...one, valueSize: CONTROL.size },
    state: { type: 'array', name: 'nm_p_state', ...one, valueSize: STATE.size },
    image: { type: 'array', name: 'nm_p_image', ...one, valueSize: SOCKET_IMAGE },
    /** Where a program's words are put together. */
    words: { type: 'perCpuArray', name: 'nm_p_words', ...one, valueSize: PROGRAM.size },
    groups: { type: 'cgroupArray', name: 'nm_p_groups', ...one, valueSize: 4 },
    /** Those that live, by their pid; under 0, all that have no record of their own. */
    processes: { ...hash, name: 'nm_processes', keySize: 4, valueSize: PROCESS_SIZE, maxEntries: most.processes + 1 },
    /** Those that have ended and used the network, or have children that may, by their id; under 0, the command if need be. */
    ended: { ...hash, name: 'nm_p_ended', keySize: 8, valueSize: PROCESS_SIZE, maxEntries: most.ended + 1 },
    /** Threads of theirs that are not the first one, by their number. */
    threads: { ...hash, name: 'nm_p_threads', keySize: 4, valueSize: 4, maxEntries: most.threads },
    programs: { ...hash, name: 'nm_p_programs', keySize: 8, valueSize: PROGRAM.size, maxEntries: most.programs },
    /** By their address in the kernel. They come and go with each connection, whose memory would take longer than all else. */
    sockets: {
      ...hash,
      isGrown: false,
      name: 'nm_p_sockets',
      keySize: 8,
      valueSize: SOCKET.size,
      maxEntries: most.sockets,
    },
    /** With zeros as its key, all that have none of their own. */
    pairs: { ...hash, name: 'nm_p_pairs', keySize: PAIR_KEY.size, valueSize: PAIR.size, maxEntries: most.pairs + 1 },
    hosts: { ...hash, name: 'nm_p_hosts', keySize: 16, valueSize: 4, maxEntries: MOST_HOST_ADDRESSES },
  }) satisfies Record<string, BpfMapPlan>;

/** The maps that the programs share. */
export type ProcessMaps = Readonly<Record<keyof ReturnType<typeof plans>, BpfMap>>;

/** @param keep takes each, to be disposed of. @throws {LinuxError} BPF_MAP_CREATE */
export function createMaps(keep: (map: BpfMap) => BpfMap, most: Partial<typeof MOST> = {}): ProcessMaps {
  const made = Object.entries(plans({ ...MOST, ...most })).map(([name, plan]) => [name, keep(BpfMap.create(plan))]);
  return Object.fromEntries(made) as ProcessMaps;
}
