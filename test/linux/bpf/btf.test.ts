import { describe, expect, test } from 'vitest';
import { Btf } from '../../../src/linux/bpf/btf.js';

/** One type: its name, kind and number of members, what it refers to, and what follows. */
type Type = {
  name?: string;
  kind: number;
  members?: number;
  size?: number;
  rest?: readonly number[];
  bitfields?: boolean;
};

/** BTF of a few types, numbered from 1. */
function btf(types: readonly Type[], members: readonly string[] = []): Buffer {
  const names = ['', ...types.map(({ name = '' }) => name), ...members];
  const strings = Buffer.from(`${names.join('\0')}\0`, 'latin1');
  const at = (name: string) => (name === '' ? 0 : strings.indexOf(`\0${name}\0`, 0, 'latin1') + 1);
  const words = types.flatMap(({ name = '', kind, members: count = 0, size = 0, rest = [], bitfields }) => [
    at(name),
    ((bitfields ? 1 << 31 : 0) | (kind << 24) | count) >>> 0,
    size,
    ...rest.map((word) => (word < 0 ? at(members[-word - 1] ?? '') : word)),
  ]);
  const body = Buffer.from(Uint32Array.from(words).buffer);
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(body.length, 12);
  header.writeUInt32LE(body.length, 16);
  return Buffer.concat([header, body, strings]);
}

const STRUCT = 4;
const UNION = 5;

describe('the kernel’s types', () => {
  // struct packet { int a; union { int b; int c; }; }, with an int before it that has four octets more.
  const types = new Btf(
    btf(
      [
        { name: 'int', kind: 1, size: 4, rest: [32] },
        { kind: UNION, members: 2, rest: [-2, 1, 0, -3, 1, 0] },
        { name: 'packet', kind: STRUCT, members: 2, rest: [-1, 1, 0, 0, 2, 32] },
      ],
      ['a', 'b', 'c'],
    ),
    ['packet'],
  );

  test.each([
    ['a', 0],
    ['c', 4],
  ])('a field’s place: %s', (member, offset) => {
    expect(types.offsetOf('packet', member)).toBe(offset);
  });

  test.each([
    ['packet', 'd'],
    ['parcel', 'a'],
  ])('there is no %s.%s', (structure, member) => {
    expect(() => types.offsetOf(structure, member)).toThrow(`the kernel has no ${structure}.${member}`);
  });

  test('arguments of functions and tracepoints', () => {
    const functions = new Btf(
      btf(
        [
          { kind: 13, members: 3, rest: [-1, 0, 0, 0, -2, 0] },
          { kind: 2, size: 1 },
          { name: 'btf_trace_x', kind: 8, size: 2 },
          { name: 'f', kind: 12, size: 1 },
        ],
        ['sk', 'orig_sk', 'skb'],
      ),
      ['btf_trace_x', 'btf_trace_y', 'f', 'g'],
    );
    expect(functions.tracepointArguments('x')).toBe(2);
    expect(functions.tracepointArguments('y')).toBe(0);
    for (const [name, argument, has] of [
      ['f', 'sk', true],
      ['f', 'orig_sk', true],
      ['f', 'skb', false],
      ['g', 'sk', false],
    ] as const)
      expect(functions.hasArgument(name, argument), `${name}(${argument})`).toBe(has);
  });

  test('of a bitfield the size is left out of its place', () => {
    const packed = new Btf(
      btf([{ name: 's', kind: STRUCT, members: 1, bitfields: true, rest: [-1, 0, (3 << 24) | 16] }], ['f']),
      ['s'],
    );
    expect(packed.offsetOf('s', 'f')).toBe(2);
  });

  test('anything else is refused', () => {
    expect(() => new Btf(Buffer.alloc(24), [])).toThrow('no BTF');
  });
});
