import { array, assert, integer, property, record, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAcknowledgement } from '../../../src/linux/netlink/acknowledgement.js';
import { decodeAttributes } from '../../../src/linux/netlink/attribute.js';
import { MalformedMessageError } from '../../../src/linux/netlink/malformed-message-error.js';
import {
  decodeMessages,
  encodeMessage,
  NLMSG_DONE,
  NLMSG_ERROR,
  type ReceivedMessage,
} from '../../../src/linux/netlink/message.js';
import { datagram } from './captured.js';

const short = integer({ min: 0, max: 0xffff });
const messages = array(record({ type: short, flags: short, payload: uint8Array({ maxLength: 50 }) }), { maxLength: 5 });

const only = (name: string): ReceivedMessage => {
  const [message, ...others] = decodeMessages(datagram(name));
  if (!message || others.length > 0) throw new Error(`${name} is not one message`);
  return message;
};

describe('messages', () => {
  test('come back as they were written', () => {
    assert(
      property(messages, integer({ min: 0, max: 2 ** 31 }), (list, first) => {
        const sent = list.map((each) => ({ ...each, payload: Buffer.from(each.payload) }));
        const buffer = Buffer.concat(sent.map((each, index) => encodeMessage(each, first + index)));
        expect(decodeMessages(buffer)).toEqual(
          sent.map((each, index) => ({ ...each, sequence: first + index, port: 0 })),
        );
      }),
    );
  });

  test('of the kernel are read', () => {
    const link = only('link of lo');
    expect(link).toMatchObject({ type: 16, sequence: 7 });
    expect(link.payload.readInt32LE(4)).toBe(1);
    expect(decodeAttributes(link.payload.subarray(16)).string(3)).toBe('lo');
    expect(decodeMessages(datagram('routes of lo')).map(({ type, flags }) => ({ type, flags }))).toEqual(
      Array.from({ length: 3 }, () => ({ type: 24, flags: 2 })),
    );
    expect(only('end of a list').type).toBe(NLMSG_DONE);
  });

  test.each([
    ['none, but some bytes', '00'],
    ['shorter than a header', '0f000000030002000700000000000000'],
    ['of no length, which would never end', '00000000030002000700000000000000'],
    ['beyond the end', '14000000030002000700000000000000'],
    ['of a length that overflows', 'fdffffff030002000700000000000000'],
  ])('malformed, %s: an error', (_, hex) => {
    expect(() => decodeMessages(Buffer.from(hex, 'hex'))).toThrow(MalformedMessageError);
  });

  test('cut off anywhere, or mutated, are read or refused', () => {
    const whole = datagram('routes of lo');
    assert(
      property(integer({ min: 0, max: whole.length - 1 }), integer({ min: 0, max: 255 }), (at, value) => {
        const mutated = Buffer.from(whole);
        mutated[at] = value;
        for (const buffer of [whole.subarray(0, at), mutated]) {
          try {
            decodeMessages(buffer);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessageError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('acknowledgements', () => {
  test.each([
    ['acknowledged', { errno: 0 }],
    ['end of a list', { errno: 0 }],
    ['refused with text', { errno: 95, text: 'Unknown device type' }],
    ['refused with offset', { errno: 34, text: 'Attribute failed policy validation', offset: 32 }],
  ])('%s', (name, expected) => {
    expect(decodeAcknowledgement(only(name))).toEqual(expected);
  });

  test('repeat the request where the socket has not asked for less', () => {
    const request = encodeMessage({ type: 16, flags: 5, payload: Buffer.alloc(18) }, 1);
    const texts = only('refused with text').payload.subarray(20);
    const payload = Buffer.concat([Buffer.from('a1ffffff', 'hex'), request, texts]);
    expect(decodeAcknowledgement({ ...only('refused with text'), flags: 0x200, payload })).toEqual({
      errno: 95,
      text: 'Unknown device type',
    });
  });

  test('that are cut off are an error', () => {
    const message = only('refused with text');
    for (let length = 0; length < 20; length++) {
      const payload = message.payload.subarray(0, length);
      expect(() => decodeAcknowledgement({ ...message, payload })).toThrow(MalformedMessageError);
    }
    const bare: ReceivedMessage = { type: NLMSG_ERROR, flags: 0, sequence: 1, port: 0, payload: Buffer.alloc(0) };
    expect(() => decodeAcknowledgement(bare)).toThrow(MalformedMessageError);
  });
});
