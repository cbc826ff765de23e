import type { CgroupGate } from '../gate/cgroup-gate.js';
import type { Places } from './packets/classify.js';
import type { TreeMaps } from './tree/tree-programs.js';

/** What is known of the devices, before anything is counted. */
export type Devices = {
  readonly mtus: ReadonlyMap<number, number>;
  /** Absent: every device leads out. */
  readonly places?: Places | undefined;
  /** The cookie of the run's network namespace, and its addresses; for where places are absent. */
  readonly network?: { readonly cookie: bigint; readonly addresses: readonly string[] } | undefined;
  /** Devices that lead to no namespace that the command makes; for where places are absent. */
  readonly outer?: readonly number[] | undefined;
};

/** Who alone is counted, and what refuses packets before that. */
export type MeterOptions = { readonly tree?: TreeMaps | undefined; readonly gate?: CgroupGate | undefined };
