import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bpfAttributes } from '../../../src/linux/bpf/bpf-call.js';
import { objectName } from '../../../src/linux/bpf/object-name.js';
import { possibleCpus } from '../../../src/linux/bpf/possible-cpus.js';
import { recordOf } from '../../../src/linux/bpf/record.js';

describe('the arguments of bpf(2)', () => {
  test('numbers have 32 bits, bigints and addresses 64, and the rest is zero', () => {
    const buffer = Buffer.from('x');
    const attributes = bpfAttributes(
      [
        [0, 5],
        [8, buffer],
        [24, 7n],
      ],
      () => 0x1122334455667788n,
    );
    expect(attributes.subarray(0, 32).toString('hex')).toBe(
      `05000000${'00'.repeat(4)}8877665544332211${'00'.repeat(8)}0700000000000000`,
    );
    expect(attributes.subarray(32).every((byte) => byte === 0)).toBe(true);
  });

  test('a name is cut off at 15 characters', () => {
    const [first, second] = objectName('nm_a_very_long_name');
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64LE(first, 0);
    bytes.writeBigUInt64LE(second, 8);
    expect(bytes.toString('latin1')).toBe('nm_a_very_long_\0');
  });
});

test.each([
  ['0\n', 1],
  ['0-3\n', 4],
  ['0-1,4-5,8\n', 5],
])('of the CPUs %j there are %i', (text, count) => {
  expect(possibleCpus(text)).toBe(count);
});

describe('a record', () => {
  const record = recordOf('octets', 'packets');

  test('has its numbers one after the other', () => {
    expect(record).toMatchObject({ size: 16, at: { octets: 0, packets: 8 } });
  });

  test('is the sum of what each CPU has counted', () => {
    const counts = fc.array(fc.tuple(fc.bigInt(0n, 2n ** 50n), fc.bigInt(0n, 2n ** 50n)), { maxLength: 8 });
    fc.assert(
      fc.property(counts, (cpus) => {
        const values = Buffer.from(BigUint64Array.from(cpus.flat()).buffer);
        const sum = (index: 0 | 1) => cpus.reduce((total, cpu) => total + cpu[index], 0n);
        expect(record.sum(values)).toEqual({ octets: sum(0), packets: sum(1) });
      }),
    );
  });
});
