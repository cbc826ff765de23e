import { expect, test } from 'vitest';
import { astrayWarning } from '../../../../src/isolation/veth/rules/astray.js';
import { addressBytes } from '../../../../src/linux/ip/ip-address.js';

const sent = (address: string, packets: bigint) => ({
  key: addressBytes(address),
  expression: { kind: 'counter', packets, bytes: packets * 60n } as const,
});

test('nothing astray, no warning', () => {
  expect(astrayWarning([])).toEqual([]);
});

test.each([
  [[sent('192.0.2.1', 1n)], /^1 packet to elsewhere was refused .*: 192\.0\.2\.1$/],
  [
    [sent('192.0.2.1', 1n), sent('2001:db8::1', 4n)],
    /^5 packets to elsewhere were refused .*: 192\.0\.2\.1, 2001:db8::1$/,
  ],
  [
    [1, 2, 3, 4, 5].map((last) => sent(`192.0.2.${last}`, 1n)),
    /^5 packets .*: 192\.0\.2\.1, 192\.0\.2\.2, 192\.0\.2\.3, 2 others$/,
  ],
])('%#', (elements, message) => {
  expect(astrayWarning(elements)).toEqual([{ code: 'HOST_LINK_ASTRAY', message: expect.stringMatching(message) }]);
});
