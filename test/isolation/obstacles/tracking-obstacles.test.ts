import { expect, test } from 'vitest';
import { trackingObstacles } from '../../../src/isolation/obstacles/tracking-obstacles.js';
import type { Firewall } from '../../../src/isolation/tools/firewall/firewall.js';
import type { Expression } from '../../../src/linux/netlink/netfilter/expression.js';
import type { ListedChain, ListedRule } from '../../../src/linux/netlink/netfilter/nftables.js';

const NOTRACK = { kind: 'notrack' } as Expression;
const COUNTER = { kind: 'counter', bytes: 1n, packets: 1n } as Expression;
const LOAD = { kind: 'meta', key: 'iif', to: 1 } as Expression;
const CMP = { kind: 'cmp', op: '==', from: 1, data: Buffer.from([1, 0, 0, 0]) } as unknown as Expression;
/** As iptables-nft has it: the name, and what it was told, of which the first octet alone matters here. */
const target = (name: string, flags: number): Expression => {
  const text = Buffer.alloc(8);
  text.write(name);
  const info = Buffer.from([flags, 0, 0, 0]);
  return { kind: 'other', name: 'target', data: Buffer.concat([attribute(1, text), attribute(3, info)]) } as Expression;
};
const attribute = (type: number, value: Buffer) => Buffer.concat([Buffer.from([value.length + 4, 0, type, 0]), value]);

const firewall = (expressions: readonly Expression[], priority: number, hook = 'prerouting'): Firewall => {
  const at = { family: 'inet', table: 't', chain: 'p' };
  const chain = { ...at, base: { type: 'filter', hook, priority, policy: 'accept' } } as unknown as ListedChain;
  const rule = { ...at, expressions } as unknown as ListedRule;
  return { chains: [chain], rules: () => [rule], elements: () => [] };
};

test.each<[string, Firewall, boolean]>([
  ['all that comes', firewall([NOTRACK], -300), true],
  ['all, counted', firewall([COUNTER, NOTRACK], -300), true],
  ['some devices’ packets', firewall([LOAD, CMP, NOTRACK], -300), false],
  ['what is tracked already', firewall([NOTRACK], -150), false],
  ['what this machine sends', firewall([NOTRACK], -300, 'output'), false],
  ['all, by CT --notrack of iptables', firewall([target('CT', 1)], -300), true],
  ['none: CT has other uses', firewall([target('CT', 0)], -300), false],
  ['all, by the older NOTRACK', firewall([target('NOTRACK', 0)], -300), true],
])('a firewall that tracks no connection: of %s', (_, given, isInTheWay) => {
  const found = trackingObstacles(given);
  expect(found.map(({ kind }) => kind)).toEqual(isInTheWay ? ['cannot'] : []);
  for (const { reason } of found) expect(reason).toContain('the chain p of table inet t');
});
