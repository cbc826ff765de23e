import { isIPv4, isIPv6 } from 'node:net';
import { expect, test } from 'vitest';
import { linkPlans, prefixLength, SUBNETS } from '../../../../src/isolation/veth/links/subnet.js';

const everyRun = Array.from({ length: SUBNETS }, (_, number) => linkPlans(number, true));

test('every run has addresses, names and MACs of its own, inside 198.18.0.0/15', () => {
  const seen = new Set<string>();
  for (const { host, inner } of everyRun.flat()) {
    for (const end of [...host.addresses, ...inner.addresses, host.mac, inner.mac, host.device]) seen.add(end);
  }
  // Two addresses a link, four on the one to this machine; two MACs and a name each.
  expect(seen.size).toBe(SUBNETS * (2 + 2 + 4 + 3 * 3));
  const v4 = [...seen].filter((text) => isIPv4(text));
  expect(v4.every((address) => /^198\.1[89]\./.test(address))).toBe(true);
  expect([...seen].filter((text) => isIPv6(text)).length).toBe(SUBNETS * 4);
});

test('the name of an interface fits (15 bytes)', () => {
  for (const { host, inner } of linkPlans(SUBNETS - 1, true)) {
    expect(host.device.length).toBeLessThanOrEqual(15);
    expect(inner.device.length).toBeLessThanOrEqual(15);
  }
});

const toNumber = (address: string) => address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);

test('both ends are the two hosts of a /30 of the link’s own, and the blocks fill 198.18.0.0/15', () => {
  const blocks = new Set<number>();
  for (const { host, inner } of everyRun.flat()) {
    const [outside, inside] = [host, inner].map((end) => end.addresses.find((address) => isIPv4(address)));
    if (outside === undefined || inside === undefined) continue;
    const first = toNumber(outside);
    if (prefixLength(outside) !== 30 || first % 4 !== 1 || toNumber(inside) !== first + 1) throw new Error(outside);
    blocks.add(first - 1);
  }
  expect(blocks.size).toBe(2 * SUBNETS);
  expect(Math.min(...blocks)).toBe(toNumber('198.18.0.0'));
  expect(Math.max(...blocks)).toBe(toNumber('198.19.255.252'));
});

test.each([
  [0, '198.18.0.1', '198.18.0.5', 'fd6e:6574:6d65::0:1', 'fd6e:6574:6d65::1:1'],
  [31, '198.18.0.249', '198.18.0.253', 'fd6e:6574:6d65::3e:1', 'fd6e:6574:6d65::3f:1'],
  [32, '198.18.1.1', '198.18.1.5', 'fd6e:6574:6d65::40:1', 'fd6e:6574:6d65::41:1'],
  [8192, '198.19.0.1', '198.19.0.5', 'fd6e:6574:6d65::4000:1', 'fd6e:6574:6d65::4001:1'],
  [16_383, '198.19.255.249', '198.19.255.253', 'fd6e:6574:6d65::7ffe:1', 'fd6e:6574:6d65::7fff:1'],
])('run %i', (number, ipv4, local4, ipv6, local6) => {
  const addresses = linkPlans(number, true).map(({ host }) => host.addresses);
  expect(addresses).toEqual([[ipv4], [ipv6], [local4, local6]]);
});

test('without IPv6 there is none, also not to this machine', () => {
  expect(linkPlans(3, false).map(({ purpose, host }) => [purpose, host.addresses.length])).toEqual([
    ['ipv4', 1],
    ['host-local', 1],
  ]);
});

test('MACs are unicast and locally administered', () => {
  for (const { mac } of [...linkPlans(0, true), ...linkPlans(SUBNETS - 1, true)].flatMap((plan) => [
    plan.host,
    plan.inner,
  ])) {
    expect(mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    expect(Number.parseInt(mac.slice(0, 2), 16) & 0b11).toBe(0b10);
  }
});
