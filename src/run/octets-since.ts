import { parseDev } from '../counters/dev.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import { takeDeviceSample } from '../counters/take-snapshot.js';
import type { Scope } from '../isolation/scope.js';
import type { InOut } from '../measurement.js';
import { octetsSoFar } from '../traffic/octets-so-far.js';
import { type IpOctets, ipOctets, toExactNumber } from '../units.js';
import type { Reading } from './take-reading.js';

export type Counted = {
  readonly scope: Pick<Scope, 'isolation' | 'sampleWire'>;
  readonly files: HeldCounterFiles;
  /** Where the counters stood before the command. */
  readonly before: Reading;
};

/** @returns what tells the external octets since the reading, in passing; undefined: they cannot be told now */
export function octetsSince({ scope, files, before }: Counted): () => Promise<InOut<IpOctets> | undefined> {
  const start = octetsSoFar(scope.isolation, before.wire, parseDev(before.texts.texts.get('dev') ?? ''));
  return async () => {
    const devices = takeDeviceSample(files);
    const now = octetsSoFar(scope.isolation, await scope.sampleWire(), devices);
    if (!now || !start) return undefined;
    return { in: ipOctets(toExactNumber(now.in - start.in)), out: ipOctets(toExactNumber(now.out - start.out)) };
  };
}
