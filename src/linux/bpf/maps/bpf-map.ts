import { closeSync } from 'node:fs';
import { isErrno } from '../../linux-error.js';
import { bpf } from '../bpf-call.js';
import { withLockedMemory } from '../locked-memory.js';
import { type BpfMapPlan, createMap } from './create-map.js';

export type { BpfMapPlan } from './create-map.js';

/** What programs and their owner share: it lives as long as a program uses it or its descriptor is open. */
export class BpfMap implements Disposable {
  readonly fd: number;
  readonly plan: BpfMapPlan;

  /** @throws {LinuxError} BPF_MAP_CREATE: EPERM without CAP_BPF, E2BIG, EINVAL for a type that this kernel has not */
  static create(plan: BpfMapPlan): BpfMap {
    return new BpfMap(
      plan,
      withLockedMemory(() => createMap(plan)),
    );
  }

  private constructor(plan: BpfMapPlan, fd: number) {
    this.plan = plan;
    this.fd = fd;
  }

  /** @returns the value; those of all CPUs, one after the other, of a per-CPU map; undefined: there is no such key */
  lookup(key: Buffer, valueSize = this.plan.valueSize): Buffer | undefined {
    const value = Buffer.alloc(valueSize);
    return this.#finds(() =>
      bpf('BPF_MAP_LOOKUP_ELEM', [
        [0, this.fd],
        [8, key],
        [16, value],
      ]),
    )
      ? value
      : undefined;
  }

  /** Sets a key's value, whether there was one or not. @throws {LinuxError} E2BIG: the map is full */
  update(key: Buffer, value: Buffer): void {
    bpf('BPF_MAP_UPDATE_ELEM', [
      [0, this.fd],
      [8, key],
      [16, value],
      [24, 0n],
    ]);
  }

  /** @returns false where there is no such key */
  delete(key: Buffer): boolean {
    return this.#finds(() =>
      bpf('BPF_MAP_DELETE_ELEM', [
        [0, this.fd],
        [8, key],
      ]),
    );
  }

  /** Takes the oldest value of a queue. @returns undefined: it is empty */
  pop(): Buffer | undefined {
    const value = Buffer.alloc(this.plan.valueSize);
    return this.#finds(() =>
      bpf('BPF_MAP_LOOKUP_AND_DELETE_ELEM', [
        [0, this.fd],
        [16, value],
        [24, 0n],
      ]),
    )
      ? value
      : undefined;
  }

  /** All keys, in no order. One that comes or goes meanwhile may be left out. */
  *keys(): Generator<Buffer> {
    let key: Buffer | undefined;
    for (let left = this.plan.maxEntries; left > 0; left--) {
      const next = Buffer.alloc(this.plan.keySize);
      const from = key ?? 0n;
      if (
        !this.#finds(() =>
          bpf('BPF_MAP_GET_NEXT_KEY', [
            [0, this.fd],
            [8, from],
            [16, next],
          ]),
        )
      )
        return;
      key = next;
      yield next;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }

  #finds(work: () => unknown): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return false;
      throw error;
    }
  }
}
