import type { CounterDelta } from '../counters/delta.js';
import type { Snapshot } from '../counters/snapshot.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import type { Scope } from '../isolation/scope.js';
import type { Count } from '../traffic/count.js';
import { countTraffic } from '../traffic/count-traffic.js';
import { difference, type Reading, takeReading } from './take-reading.js';

/** What was counted, and the counters themselves. */
export type MeterReading = Count & { readonly after: Snapshot; readonly delta: CounterDelta };

/** Counts what a scope has carried since it was started. */
export class Meter {
  readonly scope: Scope;
  readonly files: HeldCounterFiles;
  /** Where everything stood when nothing of the command's could have crossed. */
  readonly before: Reading;

  static async start(scope: Scope, files: HeldCounterFiles): Promise<Meter> {
    return new Meter(scope, files, await takeReading(scope, files));
  }

  private constructor(scope: Scope, files: HeldCounterFiles, before: Reading) {
    this.scope = scope;
    this.files = files;
    this.before = before;
  }

  async count(): Promise<MeterReading> {
    const { scope, files, before } = this;
    const { wire, delta, after } = difference(before, await takeReading(scope, files));
    return { after, delta, ...countTraffic(scope.isolation, wire, delta) };
  }
}
