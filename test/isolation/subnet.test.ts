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

const toNumber = (address: string) => address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);

test('both ends are the two hosts of a /30 of the run’s own, and the blocks fill 198.18.0.0/15', () => {
  const blocks = new Set<number>();
  for (let number = 0; number < SUBNETS; number++) {
    const { host, inner, prefix } = ipv4Plan(number);
    const [outside, inside] = [toNumber(host.address), toNumber(inner.address)];
    if (prefix !== 30 || outside % 4 !== 1 || inside !== outside + 1) throw new Error(`${host.address}/${prefix}`);
    blocks.add(outside - 1);
  }
  expect(blocks.size).toBe(SUBNETS);
  expect(Math.min(...blocks)).toBe(toNumber('198.18.0.0'));
  expect(Math.max(...blocks)).toBe(toNumber('198.19.255.252'));
});

test.each([
  [0, '198.18.0.1', '198.18.0.2', 'fd6e:6574:6d65::0:1'],
  [63, '198.18.0.253', '198.18.0.254', 'fd6e:6574:6d65::3f:1'],
  [64, '198.18.1.1', '198.18.1.2', 'fd6e:6574:6d65::40:1'],
  [16_383, '198.18.255.253', '198.18.255.254', 'fd6e:6574:6d65::3fff:1'],
  [16_384, '198.19.0.1', '198.19.0.2', 'fd6e:6574:6d65::4000:1'],
  [32_767, '198.19.255.253', '198.19.255.254', 'fd6e:6574:6d65::7fff:1'],
])('run %i', (number, host, inner, host6) => {
  expect(ipv4Plan(number)).toMatchObject({ host: { address: host }, inner: { address: inner } });
  expect(ipv6Plan(number)).toMatchObject({ prefix: 112, host: { address: host6 } });
});

test('MACs are unicast and locally administered', () => {
  for (const { host, inner } of [ipv4Plan(0), ipv6Plan(SUBNETS - 1)]) {
    for (const { mac } of [host, inner]) {
      expect(mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
      expect(Number.parseInt(mac.slice(0, 2), 16) & 0b11).toBe(0b10);
    }
  }
});
