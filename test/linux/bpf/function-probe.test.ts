import { expect, test } from 'vitest';
import { argumentAt, probeAttributes } from '../../../src/linux/bpf/function-probe.js';

// struct perf_event_attr of linux/perf_event.h, as long as it has been since Linux 2.6.33 (PERF_ATTR_SIZE_VER1).
test('a probe is asked for by its type, and by where the name of its function is', () => {
  expect(probeAttributes(8, 0x7fff12345678n).toString('hex')).toBe(
    ['0800000048000000', '00'.repeat(48), '78563412ff7f0000', '00'.repeat(8)].join(''),
  );
});

// struct pt_regs of asm/ptrace.h: rdi, rsi and rdx; x0, x1 and x2.
test.each([
  ['x64', [112, 104, 96]],
  ['arm64', [0, 8, 16]],
  ['mips', [undefined, undefined, undefined]],
] as const)('the arguments of a function on %s', (machine, places) => {
  expect([0, 1, 2].map((index) => argumentAt(index, machine))).toEqual(places);
});
