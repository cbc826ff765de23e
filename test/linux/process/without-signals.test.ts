import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withoutSignals } from '../../../src/linux/process/without-signals.js';

/** Signals that are kept from the calling thread, as the kernel says: proc_pid_status(5). */
const blocked = () => /^SigBlk:\s*(\w+)$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1];

test('no signal interrupts the work, and all come as before behind it, whatever becomes of it', () => {
  const before = blocked();
  // Whoever sends them: SIGTERM, SIGCHLD and SIGPROF among others. Some are the C library's own.
  const [term, child, profiler] = [15n, 17n, 27n].map((signal) => 1n << (signal - 1n));
  const wanted = (term ?? 0n) | (child ?? 0n) | (profiler ?? 0n);
  expect(BigInt(`0x${withoutSignals(blocked)}`) & wanted).toBe(wanted);
  expect(blocked()).toBe(before);
  expect(() =>
    withoutSignals(() => {
      throw new Error('failed');
    }),
  ).toThrow('failed');
  expect(blocked()).toBe(before);
});
