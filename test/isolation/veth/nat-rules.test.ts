import { expect, test } from 'vitest';
import { natRules } from '../../../src/isolation/veth/nat-rules.js';
import { linkPlans } from '../../../src/isolation/veth/subnet.js';

const links = { number: 17, plans: linkPlans(17, true) };

test('is one line, owned, and speaks of the run’s own interfaces alone', () => {
  const text = natRules(links, []);
  expect(text).not.toContain('\n');
  expect(text).toContain('add table inet netmeter_17 { flags owner; }');
  expect(text.match(/"[^"]+"/g)?.every((device) => ['"nm17"', '"nm17v6"', '"nm17h"'].includes(device))).toBe(true);
});

test('a device that netmeter made forward goes on not to forward for others', () => {
  expect(natRules(links, ['eth0'])).toContain('iifname "eth0" oifname != "nm*" drop');
});
