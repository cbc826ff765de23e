import dns from 'dns-packet';
import { array, assert, boolean, constantFrom, integer, property, record, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessagePairs } from '../../../src/evidence/names/pair-messages.js';
import { framed } from '../../../src/isolation/names/dns-frames.js';
import type { CopiedPacket } from '../../../src/observe/names/decode-copy.js';

const SERVER = '192.0.2.53';

const packet = (changes: Partial<CopiedPacket>): CopiedPacket => ({
  way: 'out',
  atMs: 0,
  protocol: 'udp',
  server: SERVER,
  client: '192.0.2.1 40000',
  payload: Buffer.alloc(0),
  isCut: false,
  segment: 0,
  sequence: 0,
  isFirst: false,
  ...changes,
});
const question = (name = 'far.example', id = 7) => dns.encode({ type: 'query', id, questions: [{ type: 'A', name }] });
const answer = (name = 'far.example', id = 7, data = '192.0.2.9') =>
  dns.encode({ type: 'response', id, questions: [{ type: 'A', name }], answers: [{ type: 'A', name, data, ttl: 1 }] });

function pairing() {
  const taken: { server: string; answer: Buffer; ms: number }[] = [];
  const asked: string[] = [];
  const pairs = new MessagePairs((server) => {
    asked.push(server);
    return (answer, ms) => void taken.push({ server, answer, ms });
  });
  const ask = (changes: Partial<CopiedPacket> = {}) => pairs.see(packet({ payload: question(), ...changes }));
  const reply = (changes: Partial<CopiedPacket> = {}) =>
    pairs.see(packet({ way: 'in', atMs: 3, payload: answer(), ...changes }));
  return { asked, taken, pairs, ask, reply };
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
  const { asked, taken, pairs, ask, reply } = pairing();
  ask();
  ask();
  reply();
  expect([asked.length, taken.length]).toEqual([2, 1]);
  expect(pairs.isWhole).toBe(true);
});

test('of too many that wait the oldest wait no more', () => {
  const { asked, taken, ask, reply } = pairing();
  for (let id = 0; id < 65_536 + 10; id++)
    ask({ payload: question('a.example', id & 0xffff), client: `x ${id >> 16}` });
  for (const id of [9, 10]) reply({ payload: answer('a.example', id), client: 'x 0' });
  expect([asked.length, taken.length]).toEqual([65_546, 1]);
});

test('datagrams that one call has sent are as many questions, and so are answers that one call gets', () => {
  const { asked, taken, ask, reply } = pairing();
  const all = (make: typeof question) => Buffer.concat([1, 2, 3].map((id) => make('far.example', id)));
  ask({ payload: all(question), segment: question().length });
  reply({ payload: all(answer), segment: answer().length });
  expect([asked.length, taken.length]).toEqual([3, 3]);
});

test('a SYN may carry a question, and counts once however often it comes', () => {
  const { asked, pairs } = pairing();
  const syn = packet({ protocol: 'tcp', sequence: 6, isFirst: true });
  const payload = framed(question());
  pairs.see({ ...syn, payload });
  pairs.see(syn);
  pairs.see(packet({ protocol: 'tcp', sequence: 7, payload }));
  expect(asked).toEqual([SERVER]);
  expect(pairs.isWhole).toBe(true);
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
  expect(taken.map(({ answer: bytes }) => dns.decode(bytes).questions?.[0]?.name)).toEqual(names);
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
    segment: integer({ min: 0, max: 70 }),
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
      expect(taken.some(({ answer: bytes }) => bytes.equals(answer()))).toBe(false);
    }),
    { numRuns: 500 },
  );
});

describe('a question that is passed on as it is', () => {
  const RELAY = { client: '192.0.2.200 50000' };

  test('counts once, with the answer and the time of who asked', () => {
    const { asked, taken, ask, reply } = pairing();
    ask();
    ask({ ...RELAY, atMs: 1 });
    reply({ ...RELAY, atMs: 2 });
    reply({ atMs: 3 });
    expect(asked).toEqual([SERVER]);
    expect(taken).toEqual([{ server: SERVER, answer: answer(), ms: 3 }]);
  });

  test('counts once however many pass it on, and again when it is asked again', () => {
    const { asked, taken, ask, reply } = pairing();
    const further = { client: '192.0.2.201 50000' };
    for (const from of [{}, RELAY, further, {}, RELAY, further]) ask(from);
    for (const to of [further, RELAY, {}, further, RELAY, {}]) reply(to);
    expect([asked.length, taken.length]).toEqual([2, 2]);
  });

  test('over TCP counts once', () => {
    const { asked, pairs } = pairing();
    for (const from of [{}, RELAY]) {
      const stream = { ...from, protocol: 'tcp' as const };
      pairs.see(packet({ ...stream, isFirst: true, sequence: 6 }));
      pairs.see(packet({ ...stream, sequence: 7, payload: framed(question()) }));
    }
    expect(asked).toEqual([SERVER]);
  });

  test.each<[string, Partial<CopiedPacket>]>([
    ['has another identifier (a forwarder’s own)', { ...RELAY, payload: question('far.example', 8) }],
    ['is for another name', { ...RELAY, payload: question('near.example') }],
    ['goes to another server', { ...RELAY, server: '192.0.2.54' }],
    ['comes from the same address (asked again by another port)', { client: '192.0.2.1 40001' }],
    ['comes when nobody waits for it any more', { ...RELAY, atMs: 5001 }],
  ])('is none that %s', (_, changes) => {
    const { asked, ask } = pairing();
    ask();
    ask(changes);
    expect(asked).toHaveLength(2);
  });

  test('is none behind the answer, nor one that its address has passed on before', () => {
    const { asked, ask, reply } = pairing();
    ask();
    ask(RELAY);
    ask({ client: '192.0.2.200 50001' });
    expect(asked).toHaveLength(2);
    reply();
    ask({ client: '192.0.2.202 50000' });
    expect(asked).toHaveLength(3);
  });

  test('is none of more addresses than a few', () => {
    const { asked, ask } = pairing();
    ask();
    for (let host = 0; host < 20; host++) ask({ client: `198.51.100.${host} 50000` });
    expect(asked).toHaveLength(1 + 4);
  });
});
