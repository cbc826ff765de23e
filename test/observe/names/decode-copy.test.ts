import { assert, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { COPY } from '../../../src/observe/names/copy-messages.js';
import { decodeCopy } from '../../../src/observe/names/decode-copy.js';

/** A record as the program writes it, with what the record before has left behind the packet. */
function record(way: 'in' | 'out', text: string, octets?: number): Buffer {
  const packet = Buffer.from(text.replaceAll(' ', ''), 'hex');
  const head = Buffer.alloc(COPY.packet);
  head.writeBigUInt64LE(5_000_000n, COPY.at);
  head.writeUInt32LE(way === 'in' ? 0 : 1, COPY.way);
  head.writeUInt32LE(octets ?? packet.length, COPY.octets);
  return Buffer.concat([head, packet, Buffer.from('leftover')]);
}

const common = { atMs: 5, sequence: 0, isFirst: false, isCut: false, segment: 0 };

const UDP4 = '45000021 00000000 40110000 7f000001 7f000035';
const UDP6 = '60000000 000d1140 20010db8000000000000000000000001 20010db8000000000000000000000002';
const TCP4 = '45000039 00000000 40060000 c0000235 c0000201';
const HELLO = '68656c6c6f';

test.each([
  [
    'a question over IPv4',
    record('out', `${UDP4} 9c400035 000d0000 ${HELLO}`),
    { ...common, way: 'out', protocol: 'udp', server: '127.0.0.53', client: '127.0.0.1 40000', payload: 'hello' },
  ],
  [
    'an answer over IPv6',
    record('in', `${UDP6} 00359c40 000d0000 ${HELLO}`),
    { ...common, way: 'in', protocol: 'udp', server: '2001:db8::1', client: '2001:db8::2 40000', payload: 'hello' },
  ],
  [
    'a question behind extension headers',
    record(
      'out',
      `60000000 001d3c40 20010db8000000000000000000000002 20010db8000000000000000000000001
      2b00 0104 00000000 1100 0104 00000000 9c400035 000d0000 ${HELLO}`.replaceAll('\n', ''),
    ),
    { ...common, way: 'out', protocol: 'udp', server: '2001:db8::1', client: '2001:db8::2 40000', payload: 'hello' },
  ],
  [
    'a segment with options',
    record('in', `${TCP4} 00359c40 00000007 00000000 80180000 00000000 0101080a 00000000 00000000 ${HELLO}`),
    {
      ...{ ...common, way: 'in', protocol: 'tcp', sequence: 7 },
      ...{ server: '192.0.2.53', client: '192.0.2.1 40000', payload: 'hello' },
    },
  ],
])('%s', (_, copy, expected) => {
  const { payload, ...packet } = decodeCopy(copy) ?? {};
  expect({ ...packet, payload: payload?.toString() }).toEqual(expected);
});

test('what is not all there is said to be cut', () => {
  const copy = record('in', `45000040 00000000 40110000 7f000035 7f000001 00359c40 002c0000 ${HELLO}`, 0x40);
  expect(decodeCopy(copy.subarray(0, copy.length - 8))).toMatchObject({ isCut: true });
});

test('a datagram of which a raw socket sends the rest elsewhere is cut', () => {
  expect(decodeCopy(record('out', `${UDP4} 9c400035 00400000 ${HELLO}`))).toMatchObject({ isCut: true });
});

test('datagrams that one call has sent have their size', () => {
  const copy = record('out', `${UDP4} 9c400035 000d0000 ${HELLO}`);
  copy.writeUInt32LE(2, COPY.segment);
  expect(decodeCopy(copy)).toMatchObject({ segment: 2 });
});

test('whatever is in a record, it is read or left out', () => {
  assert(
    property(uint8Array({ maxLength: 120 }), (bytes) => {
      const packet = decodeCopy(Buffer.from(bytes));
      expect(packet === undefined || packet.payload.length <= bytes.length).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
