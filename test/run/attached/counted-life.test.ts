import { expect, test } from 'vitest';
import { addedTo } from '../../../src/run/attached/counted-life.js';
import type { TreeCount } from '../../../src/traffic/shared/tree-count.js';

const NONE = { ipOctets: 0n, packets: 0n, payload: 0n, fragmented: 0n, fragments: 0n, unknownMtu: 0n, rawOctets: 0n };
const of = (kind: Pick<TreeCount, 'class' | 'protocol'>, wireOctets: bigint): TreeCount => ({
  ...{ ...kind, family: 'ipv4', way: 'out' },
  count: { ...NONE, wireOctets },
});
const LOOPBACK = { class: 'loopback', protocol: 'tcp' } as const;
const [TCP, UDP] = (['tcp', 'udp'] as const).map((protocol) => ({ class: 'external', protocol }) as const);

test('a kind that is counted for the first time changes nothing of the others, wherever it is listed', () => {
  if (!TCP || !UDP) throw new Error('no kinds');
  const added = addedTo([of(TCP, 100n), of(LOOPBACK, 7n)], [of(UDP, 5n), of(TCP, 130n), of(LOOPBACK, 7n)]);
  expect(added).toEqual([of(UDP, 5n), of(TCP, 30n), of(LOOPBACK, 0n)]);
});
