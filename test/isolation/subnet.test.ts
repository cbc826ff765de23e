import { isIPv4, isIPv6 } from 'node:net';
import { expect, test } from 'vitest';
import { ipv4Plan, ipv6Plan, SUBNETS } from '../../src/isolation/subnet.js';

test('every run has addresses, names and MACs of its own, inside 198.18.0.0/15', () => {
  const seen = new Set<string>();
  for (let number = 0; number < SUBNETS; number++) {
    for (const { host, inner } of [ipv4Plan(number), ipv6Plan(number)]) {
      for (const end of [host.address, inner.address, host.mac, inner.mac, host.device]) seen.add(end);
    }
  }
  expect(seen.size).toBe(SUBNETS * 10);
  const v4 = [...seen].filter((text) => isIPv4(text));
  expect(v4.every((address) => /^198\.1[89]\./.test(address))).toBe(true);
  expect([...seen].filter((text) => isIPv6(text)).length).toBe(SUBNETS * 2);
});

test('the name of an interface fits (15 bytes)', () => {
  expect(ipv6Plan(SUBNETS - 1).host.device.length).toBeLessThanOrEqual(15);
});
