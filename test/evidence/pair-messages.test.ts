import dns from 'dns-packet';
import { array, assert, boolean, constantFrom, integer, property, record, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { MessagePairs } from '../../src/evidence/pair-messages.js';
import type { DnsExchange } from '../../src/isolation/names/dns-exchange.js';
import { framed } from '../../src/isolation/names/dns-frames.js';
import type { CopiedPacket } from '../../src/observe/names/decode-copy.js';

const SERVER = '192.0.2.53';

const packet = (changes: Partial<CopiedPacket>): CopiedPacket => ({
  way: 'out',
  atMs: 0,
  protocol: 'udp',
  server: SERVER,
  client: '192.0.2.1 40000',
  payload: Buffer.alloc(0),
  isCut: false,
  sequence: 0,
  isFirst: false,
  ...changes,
});
const question = (name = 'far.example', id = 7) => dns.encode({ type: 'query', id, questions: [{ type: 'A', name }] });
const answer = (name = 'far.example', id = 7, data = '192.0.2.9') =>
  dns.encode({ type: 'response', id, questions: [{ type: 'A', name }], answers: [{ type: 'A', name, data, ttl: 1 }] });

function pairing() {
  const taken: DnsExchange[] = [];
  const pairs = new MessagePairs((exchange) => void taken.push(exchange));
  const ask = (changes: Partial<CopiedPacket> = {}) => pairs.see(packet({ payload: question(), ...changes }));
  const reply = (changes: Partial<CopiedPacket> = {}) =>
    pairs.see(packet({ way: 'in', atMs: 3, payload: answer(), ...changes }));
  return { taken, pairs, ask, reply };
}

test('an answer to what was asked is one, in whatever case, with its time', () => {
  const { taken, ask, reply } = pairing();
  ask({ payload: question('FAR.example') });
  reply();
  expect(taken).toEqual([{ server: SERVER, answer: answer(), ms: 3 }]);
});

test.each<[string, Partial<CopiedPacket>]>([
  ['of another server', { server: '192.0.2.54' }],
  ['for another port', { client: '192.0.2.1 40001' }],
  ['over another protocol', { protocol: 'tcp' }],
  ['with another identifier', { payload: answer('far.example', 8) }],
  ['to another question', { payload: answer('near.example') }],
  ['that is a question itself', { payload: question() }],
  ['without a question', { payload: dns.encode({ type: 'response', id: 7, answers: [] }) }],
  ['that this side has sent', { way: 'out' }],
])('an answer %s is none', (_, changes) => {
  const { taken, ask, reply } = pairing();
  ask();
  reply(changes);
  expect(taken).toEqual([]);
  reply();
  expect(taken.map(({ ms }) => ms)).toEqual([3]);
});

test('an answer that comes twice counts once', () => {
  const { taken, ask, reply } = pairing();
  ask();
  reply();
  reply();
  expect(taken).toHaveLength(1);
});

test('what was asked twice and answered once is unanswered once', () => {
  const { taken, pairs, ask, reply } = pairing();
  ask();
  ask();
  reply();
  pairs.finish();
  expect(taken.map((each) => each.answer !== undefined)).toEqual([true, false]);
  expect(pairs.isWhole).toBe(true);
});

test('of too many that wait the oldest are taken for unanswered', () => {
  const { taken, ask } = pairing();
  for (let id = 0; id < 65_536 + 10; id++)
    ask({ payload: question('a.example', id & 0xffff), client: `x ${id >> 16}` });
  expect(taken).toHaveLength(10);
});

test.each([1, 5, 100])('over TCP messages are put together, of segments of %i octets, some twice', (size) => {
  const { taken, pairs } = pairing();
  const names = ['one.example', 'two.example'];
  for (const [way, make, first] of [
    ['out', question, 4_294_967_290],
    ['in', answer, 99],
  ] as const) {
    const stream = Buffer.concat(names.map((name, id) => framed(make(name, id))));
    pairs.see(packet({ way, protocol: 'tcp', sequence: first, isFirst: true }));
    for (let at = 0; at < stream.length; at += size) {
      const segment = packet({
        way,
        protocol: 'tcp',
        sequence: (first + 1 + at) >>> 0,
        payload: stream.subarray(at, at + size),
      });
      pairs.see(segment);
      pairs.see(segment);
    }
  }
  expect(taken.map(({ answer: bytes }) => bytes && dns.decode(bytes).questions?.[0]?.name)).toEqual(names);
  expect(pairs.isWhole).toBe(true);
});

test.each<[string, Partial<CopiedPacket>[]]>([
  ['a stream whose start was not seen', [{ sequence: 5, payload: question() }]],
  ['a stream with a gap', [{ isFirst: true }, { sequence: 2, payload: question() }]],
  ['a segment that was cut', [{ isFirst: true }, { sequence: 1, payload: question(), isCut: true }]],
])('%s leaves the number unknown', (_, segments) => {
  const { pairs } = pairing();
  for (const segment of segments) pairs.see(packet({ protocol: 'tcp', ...segment }));
  expect(pairs.isWhole).toBe(false);
});

test('whatever comes, nothing throws, and only what was asked is answered', () => {
  const any = record({
    way: constantFrom('in' as const, 'out' as const),
    protocol: constantFrom('udp' as const, 'tcp' as const),
    server: constantFrom(SERVER, '192.0.2.54'),
    client: constantFrom('192.0.2.1 40000', '192.0.2.1 40001'),
    payload: uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    sequence: integer({ min: 0, max: 50 }),
    isFirst: boolean(),
    isCut: boolean(),
    atMs: integer(),
  });
  assert(
    property(array(any, { maxLength: 30 }), (packets) => {
      const { taken, pairs } = pairing();
      for (const each of packets) pairs.see(each);
      // Nobody has asked for this name: random octets are no question for it.
      pairs.see(packet({ way: 'in', payload: answer() }));
      pairs.finish();
      expect(taken.some(({ answer: bytes }) => bytes?.equals(answer()))).toBe(false);
    }),
    { numRuns: 500 },
  );
});
