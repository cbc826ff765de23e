import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attribute, nested } from '../../../../src/linux/netlink/attribute.js';
import { MalformedMessageError } from '../../../../src/linux/netlink/malformed-message-error.js';
import { encoded, number32, record, required } from '../../../../src/linux/netlink/netfilter/codec.js';
import { type Expression, expressions } from '../../../../src/linux/netlink/netfilter/expression.js';
import { COMPARISONS, META_KEYS, PAYLOAD_BASES, VERDICTS } from '../../../../src/linux/netlink/netfilter/numbers.js';
import { string } from '../../../../src/linux/netlink/values.js';

const number = fc.nat(0xffffffff);
const big = fc.bigInt(0n, 2n ** 64n - 1n);
const octets = fc.uint8Array({ minLength: 1, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
const word = <W extends string>(words: Readonly<Record<W, number>>) => fc.constantFrom(...(Object.keys(words) as W[]));
const name = fc.stringMatching(/^[a-z_%0-9]{1,30}$/);

const counter = fc.record(
  { kind: fc.constant('counter' as const), bytes: big, packets: big },
  { requiredKeys: ['kind'] },
);
const expression: fc.Arbitrary<Expression> = fc.oneof(
  fc.record({ kind: fc.constant('meta' as const), key: word(META_KEYS), to: number }),
  fc.record({
    kind: fc.constant('payload' as const),
    base: word(PAYLOAD_BASES),
    offset: number,
    length: number,
    to: number,
  }),
  fc.record({ kind: fc.constant('cmp' as const), from: number, op: word(COMPARISONS), data: octets }),
  fc.record({ kind: fc.constant('range' as const), from: number, op: word(COMPARISONS), min: octets, max: octets }),
  fc.record({ kind: fc.constant('immediate' as const), to: number, data: fc.record({ value: octets }) }),
  fc.record({
    kind: fc.constant('immediate' as const),
    to: number,
    data: fc.record({ verdict: fc.record({ code: word(VERDICTS), chain: name }, { requiredKeys: ['code'] }) }),
  }),
  fc.record({ kind: fc.constant('lookup' as const), set: name, from: number, setId: number, flags: number }),
  fc.record({ kind: fc.constant('quota' as const), bytes: big, flags: number, consumed: big }),
  fc.record({ kind: fc.constant('limit' as const), rate: big, unit: big, burst: number, type: number, flags: number }),
  fc.record({ kind: fc.constant('masq' as const), flags: number }),
  fc.record({ kind: fc.constant('redir' as const), portMin: number }),
  fc.record({ kind: fc.constant('notrack' as const) }),
  counter,
  fc.record({
    ...{ kind: fc.constant('dynset' as const), set: name, op: fc.constantFrom('add' as const, 'update' as const) },
    ...{ from: number, timeout: big, expression: counter },
  }),
  fc.record({
    kind: fc.constant('other' as const),
    name: fc.constant('xfrm'),
    data: octets.map((bytes) => attribute(1, bytes)),
  }),
);

test('whatever is written is read back', () => {
  fc.assert(
    fc.property(fc.array(expression, { maxLength: 8 }), (list) => {
      expect(expressions.decode(encoded(expressions, list))).toEqual(list);
    }),
  );
});

test.each([
  ['an expression that is not described', 'osf', attribute(7, Buffer.of(1, 2, 3, 4))],
  ['a key that has no name here', 'meta', attribute(2, Buffer.of(0, 0, 3, 0))],
  ['one without what it must have', 'cmp', attribute(1, Buffer.of(0, 0, 0, 1))],
])('%s is kept as it is', (_, kind, data) => {
  const bytes = nested(1, Buffer.concat([attribute(1, string(kind)), nested(2, data)]));
  expect(expressions.decode(bytes)).toEqual([{ kind: 'other', name: kind, data }]);
});

test('what is missing is named', () => {
  const codec = record({ rate: required(7, number32) });
  expect(() => codec.decode(Buffer.alloc(0))).toThrow(new MalformedMessageError('attribute 7 (rate) is missing'));
});
