import { existsSync } from 'node:fs';
import type { Snapshot } from '../../counters/snapshot.js';
import { CgroupHierarchy } from '../../linux/cgroup/hierarchy.js';
import { FollowedGroup } from '../../run/attached/followed-group.js';
import { noMeter } from '../../run/attached/no-meter.js';
import { type FoundGroup, placeGroup } from '../../run/tree/find-group.js';
import type { RecordedMeter } from '../../watch/records/record.js';

/** A control group that is watched, there now or not. */
export class WatchedGroup implements Disposable {
  /** As in /proc/PID/cgroup. */
  readonly path: string;
  /** Where it is, or will be. */
  readonly folder: string;
  readonly #hierarchy: CgroupHierarchy | undefined;
  readonly #followed: FollowedGroup;

  /**
   * @param onDoubt is called with why the counts are not all of its, or not its alone
   * @throws {NetmeterError} NO_SUCH_CGROUP: of version 1, or a file; NO_METER
   */
  static open(name: string, onDoubt: (doubt: string) => void): WatchedGroup {
    const hierarchy = CgroupHierarchy.open();
    return new WatchedGroup(hierarchy, placeGroup(hierarchy, name), onDoubt);
  }

  private constructor(
    hierarchy: CgroupHierarchy | undefined,
    { folder, path }: FoundGroup,
    onDoubt: (doubt: string) => void,
  ) {
    this.path = path;
    this.folder = folder;
    // Where it is a mount of this process' own, the path is in it.
    this.#hierarchy = hierarchy;
    try {
      this.#followed = new FollowedGroup(folder, onDoubt);
    } catch (cause) {
      throw noMeter(path, cause);
    }
  }

  get isThere(): boolean {
    return existsSync(this.folder);
  }

  /** @throws the error of the kernel that refuses a group that has come back */
  read(snapshot: Snapshot): RecordedMeter {
    const { counting, isThere, counts } = this.#followed.read(snapshot);
    const counters = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]));
    return { cgroup: this.path, counting, isThere, counters };
  }

  [Symbol.dispose](): void {
    this.#followed[Symbol.dispose]();
    this.#hierarchy?.[Symbol.dispose]();
  }
}
