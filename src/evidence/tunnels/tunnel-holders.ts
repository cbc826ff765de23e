import { readdirSync, readlinkSync } from 'node:fs';
import { listPids } from '../../isolation/machine/has-strangers.js';
import { networkOf } from '../../isolation/machine/members/namespace-members.js';
import { isRunning } from '../../isolation/machine/read-processes.js';
import { readText } from '../../isolation/tools/read-text.js';
import { attempt } from '../../linux/attempt.js';
import type { Holder } from './tunnels.js';

/** By what a device's holders are distinguished. */
export type Whose = {
  readonly isOfTree: (pid: number) => boolean;
  /** The identity of the devices' network namespace: others have devices of the same names. */
  readonly network: string;
};

/**
 * Who holds the other ends of TUN and TAP devices. Whoever ends while it is looked at says nothing: it may have been the tree's.
 * @param devices their names. @returns those that somebody was seen to hold
 */
export function holdersOf(devices: ReadonlySet<string>, whose: Whose): ReadonlyMap<string, Holder> {
  const found = new Map<string, Holder>();
  // The newest first: a command's processes mostly are.
  for (const pid of [...listPids()].map(Number).sort((a, b) => b - a)) {
    if ([...devices].every((device) => found.get(device) === 'tree')) break;
    const held = heldBy(pid).filter((device) => devices.has(device) && found.get(device) !== 'tree');
    const holder = held.length > 0 ? holderOf(pid, whose) : undefined;
    if (holder) for (const device of held) found.set(device, holder);
  }
  return found;
}

function holderOf(pid: number, { isOfTree, network }: Whose): Holder | undefined {
  if (isOfTree(pid)) return 'tree';
  return networkOf(pid) === network && isRunning(pid) ? 'others' : undefined;
}

/** Names of the devices that a process has descriptors of; none where it has ended, or may not be looked into. */
function heldBy(pid: number): string[] {
  const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return descriptors.flatMap((descriptor) => {
    const file = attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`));
    if (!file?.endsWith('/tun')) return [];
    return /^iff:\t(.+)$/m.exec(readText(`/proc/${pid}/fdinfo/${descriptor}`) ?? '')?.[1] ?? [];
  });
}
