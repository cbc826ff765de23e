import { closeSync, openSync } from 'node:fs';
import { pid as ownPid } from 'node:process';
import { lookFor } from '../tools/find-tools.js';
import { readDeviceQueues } from './device-queues.js';

/** The queues of a process' network namespace, which is held by its file: they can be read when its process is gone. */
export class NamespaceQueues implements Disposable {
  readonly #namespace: number | undefined;
  readonly #devices: readonly string[];

  constructor(pid: number, devices: readonly string[]) {
    this.#devices = devices;
    try {
      this.#namespace = openSync(`/proc/${pid}/ns/net`, 'r');
    } catch {
      // Another user's: its devices' own counters must do.
    }
  }

  readWire() {
    const [nsenter, tc] = [lookFor('nsenter'), lookFor('tc')];
    const reachable = this.#namespace !== undefined && nsenter !== undefined && tc !== undefined;
    const enter = [nsenter ?? '', `--net=/proc/${ownPid}/fd/${this.#namespace}`, '--', tc ?? ''];
    return readDeviceQueues(reachable ? enter : undefined, this.#devices);
  }

  [Symbol.dispose](): void {
    if (this.#namespace !== undefined) closeSync(this.#namespace);
  }
}
