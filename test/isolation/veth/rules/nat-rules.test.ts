import { expect, test } from 'vitest';
import { linkPlans } from '../../../../src/isolation/veth/links/subnet.js';
import { natRules } from '../../../../src/isolation/veth/rules/nat-rules.js';
import { rulesOf } from '../../rule-text.js';

const links = { number: 17, plans: linkPlans(17, true) };

test('each rule speaks of the run’s own interfaces', () => {
  const commands = natRules(links, []);
  const rules = ['nm_nat', 'nm_forward', 'nm_output'].flatMap((chain) => rulesOf(commands, chain));
  expect(rules.length).toBeGreaterThan(4);
  for (const rule of rules) expect(rule).toContain('in {nm17 nm17v6 nm17h}');
});

test('a device that netmeter made forward goes on not to forward for others', () => {
  expect(rulesOf(natRules(links, ['eth0']), 'nm_forward')).toContain('iifname == eth0 oifname != nm drop');
});
