import { expect, test } from 'vitest';
import { readProcesses } from '../../../../src/isolation/machine/read-processes.js';
import type { Administer } from '../../../../src/isolation/tools/programs/administer.js';
import { InnerNetlink } from '../../../../src/isolation/tools/sockets/inner-netlink.js';

test('a process inside that somebody has stopped is not waited for without an end', async () => {
  const administer: Administer = (spawn) => spawn(['sh', '-c', 'kill -STOP $$; exec "$@"', 'sh']);
  const before = readProcesses().map(({ pid }) => pid);
  using none = await InnerNetlink.handedOver({ administer, atMostMs: 200 });
  expect(none.nftables()).toBeUndefined();
  const left = () => readProcesses().filter(({ pid, parent }) => parent === process.pid && !before.includes(pid));
  await expect.poll(left).toEqual([]);
});
