import { parseDev } from '../../counters/dev.js';
import type { HeldCounterFiles } from '../../counters/take-held-files.js';
import { takeDeviceSample } from '../../counters/take-snapshot.js';
import type { Scope } from '../../isolation/scope.js';
import type { InOut } from '../../measurement/traffic.js';
import type { CgroupMeter } from '../../observe/meter/cgroup-meter.js';
import { octetsSoFar, segmentedOctetsSoFar } from '../../traffic/octets-so-far.js';
import { treeOctets } from '../../traffic/shared/tree-count.js';
import { type IpOctets, ipOctets, toExactNumber } from '../../units.js';
import type { Reading } from '../take-reading.js';

const NOTHING = { in: 0n, out: 0n };

export type Counted = {
  readonly scope: Pick<Scope, 'isolation' | 'sampleWire'>;
  readonly files: HeldCounterFiles;
  /** Where the counters stood before the command. */
  readonly before: Reading;
  /** Counts the tree's own sockets, where the namespace has others. */
  readonly tree?: Pick<CgroupMeter, 'read'> | undefined;
};

/** @returns what reads the external octets since the reading, in passing; undefined: they cannot be determined now */
export function octetsSince({ scope, files, before, tree }: Counted): () => Promise<InOut<IpOctets> | undefined> {
  if (tree) return async () => grown(NOTHING, treeOctets(tree.read()));
  const start = octetsSoFar(scope.isolation, before.wire, parseDev(before.texts.texts.get('dev') ?? ''));
  return async () => {
    const devices = takeDeviceSample(files);
    const now = octetsSoFar(scope.isolation, await scope.sampleWire(), devices);
    return grown(start, now);
  };
}

/**
 * The least that has moved, known at once: of a tree what its sockets have, of a namespace of its own from its devices alone: a GSO packet's headers count once, where they
 * are not segmented at the links. 0.1 ms.
 */
export function leastOctetsSince({ scope, files, before, tree }: Counted): () => InOut<IpOctets> | undefined {
  if (tree) return () => grown(NOTHING, treeOctets(tree.read()));
  const families = scope.isolation.kind === 'veth' ? scope.isolation.families : [];
  const start = segmentedOctetsSoFar(families, parseDev(before.texts.texts.get('dev') ?? ''));
  return () => grown(start, segmentedOctetsSoFar(families, takeDeviceSample(files)));
}

function grown(start: InOut<bigint> | undefined, now: InOut<bigint> | undefined): InOut<IpOctets> | undefined {
  if (!now || !start) return undefined;
  return { in: ipOctets(toExactNumber(now.in - start.in)), out: ipOctets(toExactNumber(now.out - start.out)) };
}
