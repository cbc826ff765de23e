import { isErrno } from '../../linux-error.js';
import { bpf } from '../bpf-call.js';
import type { BpfMap } from './bpf-map.js';

/** So many are read by the first call, and by each later one: most have few. */
const FIRST_PAGE = 128;
const PAGE = 4096;

export type BpfEntry = { readonly key: Buffer; readonly value: Buffer };

/**
 * All entries of a hash, page by page (BPF_MAP_LOOKUP_BATCH, Linux 5.6). One that comes meanwhile may be left out; each page
 * has its own memory.
 * @throws {LinuxError} ENOSPC: so many share one hash that a page cannot hold them
 */
export function* entryPages({ fd, plan }: BpfMap, first = FIRST_PAGE, later = PAGE): Generator<BpfEntry[]> {
  let most = first;
  for (let from: Buffer | undefined, isLast = false; !isLast; most = later) {
    const [next, keys, values] = [
      Buffer.alloc(4),
      Buffer.alloc(plan.keySize * most),
      Buffer.alloc(plan.valueSize * most),
    ];
    let count = 0;
    try {
      bpf(
        'BPF_MAP_LOOKUP_BATCH',
        [
          [0, from ?? 0n],
          [8, next],
          [16, keys],
          [24, values],
          [32, most],
          [36, fd],
        ],
        (left) => {
          count = left.readUInt32LE(32);
        },
      );
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      isLast = true;
    }
    yield Array.from({ length: count }, (_, index) => ({
      key: keys.subarray(index * plan.keySize, (index + 1) * plan.keySize),
      value: values.subarray(index * plan.valueSize, (index + 1) * plan.valueSize),
    }));
    from = next;
  }
}
