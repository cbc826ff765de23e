import { randomUUID } from 'node:crypto';
import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { subtract } from '../../counters/delta.js';
import type { Snapshot } from '../../counters/snapshot.js';
import { networkOf } from '../../isolation/machine/members/namespace-members.js';
import { addKnown } from '../../traffic/layers.js';
import type { TreeCount } from '../../traffic/shared/tree-count.js';
import { treeTraffic } from '../../traffic/shared/tree-traffic.js';
import { CountedLife, type Increment } from './counted-life.js';
import { addTraffic, type FollowedCounts, noCounts } from './followed-counts.js';

export type FollowedReading = {
  /** Another one for each that follows: the counts began at 0 with it. */
  readonly counting: string;
  readonly isThere: boolean;
  readonly counts: FollowedCounts;
};

/** The present one, and the one before, whose last connections may still be closing. */
const MOST_LIVES = 2;

/** Counts at a control group that may go and come back, as that of a service does when it is started anew. */
export class FollowedGroup implements Disposable {
  readonly #folder: string;
  readonly #counting = randomUUID();
  readonly #onDoubt: (doubt: string) => void;
  readonly #network = networkOf('self');
  readonly #counts = noCounts();
  /** The newest first. */
  #lives: readonly CountedLife[] = [];
  /** What those had counted that were let go of since the last reading. */
  #past: Increment[] = [];
  #wasThere = false;
  #before: Snapshot | undefined;
  #watcher: FSWatcher | undefined;

  /**
   * @param folder where the group is, or will be
   * @param onDoubt is called with why the counts are not all of its, or not its alone
   * @throws {LinuxError} bpf(2) is refused
   */
  constructor(folder: string, onDoubt: (doubt: string) => void) {
    this.#folder = folder;
    this.#onDoubt = onDoubt;
    this.#look();
  }

  /**
   * The counts now.
   * @param snapshot the counters of this process' network namespace
   * @throws {LinuxError} the group has come back, and bpf(2) is refused
   */
  read(snapshot: Snapshot): FollowedReading {
    this.#look();
    const taken = [...this.#past.splice(0), ...this.#lives.map((life) => life.take(this.#network))];
    const delta = subtract(this.#before ?? snapshot, snapshot);
    this.#before = snapshot;
    const sum = (of: (each: Increment) => number) => taken.reduce((total, each) => total + of(each), 0);
    const counts = taken.flatMap((each): readonly TreeCount[] => each.counts);
    const beside = {
      wire: {},
      delta,
      unseen: sum((each) => each.unseen),
      late: addKnown(taken.map((each) => each.late)),
      sentPastIp: addKnown(taken.map((each) => each.sentPastIp)),
    };
    const isDoubtful = taken.some((each) => each.isDoubtful);
    addTraffic(this.#counts, treeTraffic(counts, beside), isDoubtful);
    return { counting: this.#counting, isThere: this.#wasThere, counts: { ...this.#counts } };
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
    for (const life of this.#lives) life[Symbol.dispose]();
  }

  /** Notices that it has gone, or come. */
  #look(): void {
    this.#watchParent();
    if (this.#wasThere && !this.#lives[0]?.isThere) {
      this.#wasThere = false;
      this.#counts.vanished += 1n;
    }
    if (this.#wasThere || !statSync(this.#folder, { throwIfNoEntry: false })) return;
    const life = CountedLife.begin(this.#folder);
    this.#wasThere = true;
    this.#counts.appeared += 1n;
    if (life.wasFoundLate) this.#counts.foundLate += 1n;
    life.doubts.forEach(this.#onDoubt);
    const lives = [life, ...this.#lives];
    this.#lives = lives.slice(0, MOST_LIVES);
    for (const past of lives.slice(MOST_LIVES)) {
      this.#past.push(past.take(this.#network));
      past[Symbol.dispose]();
    }
  }

  /** The kernel says at once when a group is made; where it cannot, the next reading finds it. */
  #watchParent(): void {
    if (this.#watcher) return;
    const forget = () => {
      this.#watcher?.close();
      this.#watcher = undefined;
    };
    try {
      this.#watcher = watch(dirname(this.#folder), { persistent: false });
    } catch {
      return;
    }
    this.#watcher.on('error', forget).on('change', () => {
      try {
        this.#look();
      } catch {
        // It is tried again, and said, at the next reading.
      }
      if (!statSync(dirname(this.#folder), { throwIfNoEntry: false })) forget();
    });
  }
}
