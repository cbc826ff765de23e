import { setTimeout as pause } from 'node:timers/promises';
import { subtract } from '../../../counters/delta.js';
import type { HeldCounterFiles } from '../../../counters/take-held-files.js';
import { takeSnapshot } from '../../../counters/take-snapshot.js';
import { addKnown } from '../../../traffic/layers.js';
import { idleOctets } from '../../../traffic/shared/idle-octets.js';
import type { Milliseconds } from '../../../units.js';

type Watched = {
  readonly files: HeldCounterFiles;
  readonly devices: readonly string[];
  readonly idle: Milliseconds;
  readonly signal?: AbortSignal | undefined;
};

/** What moved, and during how long; `octets` is null when it was not watched. */
export type Idle = { readonly octets: number | null; readonly ms: number };

/** That nothing moved in one says nothing of another that was not watched; that something did says enough. */
export function together(one: Idle, other: Idle): Idle {
  const known = addKnown([one.octets, other.octets]);
  return { octets: known ?? (one.octets || other.octets || null), ms: one.ms + other.ms };
}

export async function watchIdle({ files, devices, idle, signal }: Watched): Promise<Idle> {
  if (idle === 0 || signal?.aborted) return { octets: null, ms: 0 };
  const now = () => performance.now();
  const before = takeSnapshot(files, now);
  await pause(idle, undefined, signal ? { signal } : {}).catch(() => {});
  const delta = subtract(before, takeSnapshot(files, now));
  return { octets: idleOctets(devices, delta), ms: Math.round(delta.elapsedMs) };
}
