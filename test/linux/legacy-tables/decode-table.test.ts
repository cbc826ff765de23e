import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTable, INFO } from '../../../src/linux/legacy-tables/decode-table.js';

/** What the kernel has answered to IPT_SO_GET_INFO, and behind it the entries, as by gzip and base64. */
const CAPTURED = {
  // iptables-legacy -t nat -A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 81; ... -p udp -j RETURN
  ip:
    'H4sIAORCDmsC/8tLLGHAB6Sh9Awg/g8EBowMDBbMqGILmCBi7EB+AwsDzUAB0EZGLOIaBPT9A7qRgYG27mIaRO5ig9ILGG4wcGCRN2AoSS7Aa8' +
    'L//wEMAXCeBUOQq4tnkKtzCHbVoDhB8X8gENIACCKFNwcZ4f2bDumAY5CmT4FB6a4NWMUdGFyDgvyDcOrDL8vAAABfQSHG1AQAAA==',
  // ip6tables-legacy -P FORWARD DROP; ip6tables-legacy -N x; ip6tables-legacy -A OUTPUT -d 2001:db8::2 -j x
  ip6:
    'H4sIAORCDmsC/0vLzClJLWLACfiA+D8QgNgXgHgBI4SPLFbABBFjB7IfsDIMKrAC6EImHHIaBPT+g/pxsPmHhUz//MfhHwVG3h1IXCZs+pABtf' +
    '3DQaZ/NFgYGAZj/HAMq/T2AqecA4NrUJB/EE75CoahAyiJt9/DLN7wyzIwAAAaOQT6NAYAAA==',
};

const decode = (family: 'ip' | 'ip6', bytes: Buffer) =>
  decodeTable(family, bytes.subarray(0, INFO.length), bytes.subarray(INFO.length));
const captured = (family: 'ip' | 'ip6') => gunzipSync(Buffer.from(CAPTURED[family], 'base64'));

test.each([
  ['ip', { name: 'nat', chains: { output: { policy: 'accept', targets: ['REDIRECT', 'RETURN'] } } }],
  [
    'ip6',
    {
      name: 'filter',
      chains: { forward: { policy: 'drop', targets: [] }, output: { policy: 'accept', targets: ['JUMP'] } },
    },
  ],
] as const)('a table of %s as the kernel gives it', (family, table) => {
  expect(decode(family, captured(family))).toEqual({ family, ...table });
});

test('whatever its octets are, a table is read to an end', () => {
  const bytes = captured('ip');
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), fc.nat(bytes.length - INFO.length), (changes, cut) => {
      const mutated = Buffer.from(bytes.subarray(0, bytes.length - cut));
      for (const [at, value] of changes) if (at < mutated.length) mutated[at] = value;
      expect(decode('ip', mutated).family).toBe('ip');
    }),
  );
});
