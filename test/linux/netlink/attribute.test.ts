import { assert, bigInt, constantFrom, integer, property, string as text, tuple, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attribute, decodeAttributes, nested } from '../../../src/linux/netlink/attribute.js';
import { MalformedMessageError } from '../../../src/linux/netlink/malformed-message-error.js';
import { encoded, number64 } from '../../../src/linux/netlink/netfilter/codec.js';
import { be16, be32, string, u8, u16, u32, u64 } from '../../../src/linux/netlink/values.js';

const types = integer({ min: 0, max: 0x3fff });
const sizes = integer({ min: 0, max: 2 ** 32 - 1 });

describe('attributes', () => {
  test('come back as they were written, in their order', () => {
    assert(
      property(types, uint8Array({ maxLength: 40 }), uint8Array({ maxLength: 40 }), (type, first, second) => {
        const buffer = Buffer.concat([attribute(type, Buffer.from(first)), nested(type, Buffer.from(second))]);
        expect(buffer.length % 4).toBe(0);
        expect([...decodeAttributes(buffer)]).toEqual([
          { type, value: Buffer.from(first) },
          { type, value: Buffer.from(second) },
        ]);
      }),
    );
  });

  test('hold numbers of every size, in both orders', () => {
    assert(
      property(sizes, bigInt({ min: 0n, max: 2n ** 64n - 1n }), (number, large) => {
        const values = [u8(number & 0xff), u16(number & 0xffff), u32(number), u64(large)];
        const swapped = [be16(number & 0xffff), be32(number), encoded(number64, large)];
        const read = decodeAttributes(
          Buffer.concat([...values, ...swapped].map((value, type) => attribute(type, value))),
        );
        expect([read.u8(0), read.u16(1), read.u32(2), read.u64(3)]).toEqual([
          number & 0xff,
          number & 0xffff,
          number,
          large,
        ]);
        expect([read.be16(4), read.be32(5), read.be64(6)]).toEqual([number & 0xffff, number, large]);
      }),
    );
  });

  test('hold strings, and others within', () => {
    assert(
      property(text({ unit: constantFrom('a', 'ä', '€', '9') }), sizes, (name, number) => {
        const read = decodeAttributes(nested(18, attribute(1, string(name)), nested(2, attribute(3, u32(number)))));
        expect(read.nested(18).string(1)).toBe(name);
        expect(read.nested(18).nested(2).u32(3)).toBe(number);
      }),
    );
  });

  test('that are absent are undefined, and hold none', () => {
    const read = decodeAttributes(Buffer.alloc(0));
    expect([read.u32(1), read.string(1), read.bytes(1)]).toEqual([undefined, undefined, undefined]);
    expect([...read.nested(1)]).toEqual([]);
  });

  test('of one type make a list', () => {
    const read = decodeAttributes(Buffer.concat([1, 2].map((value) => nested(1, attribute(7, u8(value))))));
    expect(read.eachNested(1).map((each) => each.u8(7))).toEqual([1, 2]);
  });

  test('are as the kernel lays them out', () => {
    expect(attribute(3, string('lo')).toString('hex')).toBe('070003006c6f0000');
  });

  test('hold no more than their length can say', () => {
    expect(attribute(1, Buffer.alloc(0xfffb)).readUInt16LE()).toBe(0xffff);
    expect(() => attribute(1, Buffer.alloc(0xfffc))).toThrow(RangeError);
  });
});

describe('malformed attributes', () => {
  test.each([
    ['shorter than their header', '0300010000000000'],
    ['beyond the end', '09000100aabbccdd'],
    ['followed by a rest', '050001000000000001'],
  ])('%s are an error', (_, hex) => {
    expect(() => decodeAttributes(Buffer.from(hex, 'hex'))).toThrow(MalformedMessageError);
  });

  test('a number of too few bytes is an error', () => {
    expect(() => decodeAttributes(attribute(1, u16(1))).u32(1)).toThrow(MalformedMessageError);
  });

  test('whatever comes is read or refused', () => {
    assert(
      property(tuple(uint8Array({ maxLength: 64 })), ([bytes]) => {
        try {
          for (const { value } of decodeAttributes(Buffer.from(bytes))) expect(value.length).toBeLessThan(64);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
