import { expect, test } from 'vitest';
import { hasDropped } from '../../../src/isolation/names/has-dropped.js';

/** As the kernel prints its lists (proc_net_udp.rst). */
const line = (local: string, drops: number) =>
  `  123: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 00000000fadfcd2b ${drops}\n`;
const HEAD =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n';
const lists = (text: string) => (file: string) => (file === '/proc/net/udp' ? HEAD + text : undefined);
const relay = { address: '198.18.0.5', port: 49_252 };

test.each<[string, string, boolean]>([
  ['nothing was thrown away', line('050012C6:C064', 0), false],
  ['something was', line('050012C6:C064', 3), true],
  ['another port’s was', line('050012C6:C065', 3), false],
  ['another address’ was', line('060012C6:C064', 3), false],
  ['no such socket is in the list', '', false],
])('%s', (_, text, dropped) => {
  expect(hasDropped(relay, lists(text))).toBe(dropped);
});

test('of IPv6 in its own list', () => {
  const text = line('01006EFD000000000000000001000000:C064', 1);
  const read = (file: string) => (file === '/proc/net/udp6' ? HEAD + text : undefined);
  expect(hasDropped({ address: 'fd6e:1::1', port: 49_252 }, read)).toBe(true);
  expect(hasDropped(relay, () => undefined)).toBe(false);
});
