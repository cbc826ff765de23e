import { INNER_DEVICES } from '../../inner-devices.js';
import type { Scope, WireReading } from '../../isolation/scope.js';

const OUTSIDE = [INNER_DEVICES.ipv4, INNER_DEVICES.ipv6] as const;

/**
 * The rules that count remotes come beside the command's start. The queues show whether they came in time: where nothing
 * has moved, nothing can have been missed.
 */
export async function countsAll(scope: Scope, before: WireReading): Promise<boolean | undefined> {
  if (scope.remotes?.isCounting) return true;
  if (!(await scope.remotes?.counts)) return undefined;
  const now = await scope.readWire();
  const ends = Object.keys(now).filter((end) => OUTSIDE.some((device) => end.startsWith(`${device}.`)));
  return ends.every((end) => now[end]?.packets === before[end]?.packets);
}
