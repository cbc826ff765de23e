import { expect, test } from 'vitest';
import { transaction } from '../../src/isolation/nat-table.js';
import { ipv4Plan, ipv6Plan } from '../../src/isolation/subnet.js';

const links = { number: 17, plans: [ipv4Plan(17), ipv6Plan(17)] };

test('is one line, owned, and speaks of the run’s own interfaces alone', () => {
  const text = transaction(links, []);
  expect(text).not.toContain('\n');
  expect(text).toContain('add table inet netmeter_17 { flags owner; }');
  expect(text.match(/"[^"]+"/g)?.every((device) => ['"nm17"', '"nm17v6"'].includes(device))).toBe(true);
});

test('a device that netmeter made forward goes on not to forward for others', () => {
  expect(transaction(links, ['eth0'])).toContain('iifname "eth0" oifname != "nm*" drop');
});
