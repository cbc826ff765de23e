import { array, assert, bigInt, integer, property, string as text, tuple, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { attribute, nested } from '../../../src/linux/netlink/attribute.js';
import { AttributeWriter } from '../../../src/linux/netlink/attribute-writer.js';
import { be32, string, u8 } from '../../../src/linux/netlink/values.js';

type Tree = { readonly type: number; readonly value: Uint8Array | string | number | bigint | readonly Tree[] };

const type = integer({ min: 0, max: 0x3fff });
const trees = array(
  tuple(type, uint8Array({ maxLength: 300 })).map(([number, value]): Tree => ({ type: number, value })),
  { maxLength: 6 },
);

const be64 = (value: bigint) => Buffer.from(value.toString(16).padStart(16, '0'), 'hex');

function buffers(tree: Tree): Buffer {
  const { type: number, value } = tree;
  if (typeof value === 'string') return attribute(number, string(value));
  if (typeof value === 'number') return attribute(number, be32(value), u8(value & 0xff));
  if (typeof value === 'bigint') return attribute(number, be64(value));
  if (value instanceof Uint8Array) return attribute(number, Buffer.from(value));
  return nested(number, ...value.map(buffers));
}

function write(to: AttributeWriter, { type: number, value }: Tree): void {
  const at = to.open(number, Array.isArray(value));
  if (typeof value === 'string') to.string(value);
  else if (typeof value === 'number') {
    to.be32(value);
    to.u8(value & 0xff);
  } else if (typeof value === 'bigint') to.be64(value);
  else if (value instanceof Uint8Array) to.octets(value);
  else for (const each of value) write(to, each);
  to.close(at);
}

const numbers = integer({ min: 0, max: 2 ** 32 - 1 });
const large = bigInt({ min: 0n, max: 2n ** 64n - 1n });

test('what it writes is what attributes of their own buffers are', () => {
  assert(
    property(trees, trees, text(), numbers, large, (some, more, words, number, big) => {
      const whole: Tree = {
        type: 7,
        value: [
          ...some,
          { type: 1, value: words },
          { type: 2, value: [{ type: 3, value: number }, ...more, { type: 4, value: big }] },
          { type: 5, value: [] },
        ],
      };
      const to = new AttributeWriter();
      write(to, whole);
      write(to, whole);
      expect(to.written).toEqual(Buffer.concat([buffers(whole), buffers(whole)]));
    }),
  );
});

test('an attribute that is too long is refused', () => {
  const to = new AttributeWriter();
  const at = to.open(1);
  to.octets(Buffer.alloc(0xffff - 4));
  to.close(at);
  const next = to.open(1);
  to.octets(Buffer.alloc(0xffff - 3));
  expect(() => to.close(next)).toThrow(RangeError);
});
