import type { BpfMap } from '../../linux/bpf/maps/bpf-map.js';
import { entryPages } from '../../linux/bpf/maps/map-entries.js';
import { PAIR, PAIR_KEY, PROCESS, PROCESS_SIZE, STATE } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import {
  type CountedPair,
  type CountedProcess,
  type Program,
  readPair,
  readProcess,
  readProgram,
} from './read-process.js';

/** What was counted of processes that are over, or of all. */
export type ProcessCounts = {
  /** The id of the command itself; 0: it was not seen. */
  readonly root: number;
  /** Those that have used the network, or may have children that have. */
  readonly processes: readonly CountedProcess[];
  /** Those that live on, and are not among these yet. */
  readonly living: readonly CountedProcess[];
  readonly programs: ReadonlyMap<number, Program>;
  readonly pairs: readonly CountedPair[];
};

/** What has no record of its own. */
export type CountedOthers = Pick<CountedProcess, 'payload' | 'connects'> & {
  readonly processes: number;
  /** With remotes that had none, of any process. */
  readonly remotes: Pick<CountedPair, 'in' | 'out' | 'connections'>;
};

/** The key of an array's only value, and of all processes without a record. */
export const ZERO = Buffer.alloc(4);
const COMMAND_ENDED = idKey(0);
const PAIR_OF_OTHERS = Buffer.alloc(PAIR_KEY.size);
/** So many entries are read by one call. */
const PAGE = 512;

/** Makes the records of what will have none of its own, and the room that is the command's. */
export function addOthers({ processes, ended, pairs }: ProcessMaps): void {
  processes.update(ZERO, Buffer.alloc(PROCESS_SIZE));
  ended.update(COMMAND_ENDED, Buffer.alloc(PROCESS_SIZE));
  pairs.update(PAIR_OF_OTHERS, Buffer.alloc(PAIR.size));
}

export function readOthers({ processes, pairs }: ProcessMaps): CountedOthers {
  const process = processes.lookup(ZERO) ?? Buffer.alloc(PROCESS_SIZE);
  return {
    ...readProcess(process),
    processes: Number(process.readBigUInt64LE(PROCESS.at.processes)),
    remotes: readPair(PAIR_OF_OTHERS, pairs.lookup(PAIR_OF_OTHERS) ?? Buffer.alloc(PAIR.size)),
  };
}

export function readState({ state }: ProcessMaps): Readonly<Record<keyof typeof STATE.at, number>> {
  const sums = STATE.sum(state.lookup(ZERO) ?? Buffer.alloc(STATE.size));
  return Object.fromEntries(Object.entries(sums).map(([field, sum]) => [field, Number(sum)])) as typeof STATE.at;
}

/** Takes what belongs to processes that have ended out of the maps. */
export function takeEnded(maps: ProcessMaps): ProcessCounts {
  const { root } = readState(maps);
  const processes = processesOf(maps.ended);
  // Read behind them: whoever they have forked lives, or has ended since.
  const living = processesOf(maps.processes);
  const over = new Set(processes.map(({ id }) => id));
  const pairs = pairsOf(maps).filter(({ process }) => over.has(process));
  const programs = programsOf(maps, [...processes, ...living]);
  for (const { key } of processes) maps.ended.delete(key);
  for (const { key } of pairs) maps.pairs.delete(key);
  return { root, processes, living, pairs, programs };
}

/** Reads all that is left, when nothing of the tree is. */
export function readAll(maps: ProcessMaps): ProcessCounts {
  const processes = [...processesOf(maps.ended), ...processesOf(maps.processes)];
  const { root } = readState(maps);
  return { root, processes, living: [], pairs: pairsOf(maps), programs: programsOf(maps, processes) };
}

const entriesOf = (map: BpfMap) => [...entryPages(map, PAGE)].flat();

/** Without that of all others, and an empty room. */
const processesOf = (map: BpfMap) =>
  entriesOf(map)
    .map(({ key, value }) => ({ key, ...readProcess(value) }))
    .filter(({ id }) => id !== 0);

function pairsOf({ pairs }: ProcessMaps) {
  const own = entriesOf(pairs).filter(({ key }) => !key.equals(PAIR_OF_OTHERS));
  return own.map(({ key, value }) => ({ key, ...readPair(key, value) }));
}

function programsOf(maps: ProcessMaps, processes: readonly CountedProcess[]): Map<number, Program> {
  const programs = new Map<number, Program>();
  for (const { program } of processes) {
    const value = programs.has(program) || program === 0 ? undefined : maps.programs.lookup(idKey(program));
    if (value) programs.set(program, readProgram(value));
  }
  return programs;
}

function idKey(id: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeBigUInt64LE(BigInt(id));
  return key;
}
