import { expect, test } from 'vitest';
import { type AddressChange, AddressWatch } from '../../../../src/isolation/veth/links/address-watch.js';

test('what has come and what has gone since the last look, once for many events', async () => {
  let addresses = ['192.0.2.1', '2001:db8::1'];
  const changes: AddressChange[] = [];
  using watch = new AddressWatch(
    (change) => changes.push(change),
    () => addresses,
  );
  addresses = ['2001:db8::1', '10.8.0.1', '198.51.100.7'];
  for (let event = 0; event < 5; event++) watch.changed();
  await expect.poll(() => changes).toEqual([{ come: ['10.8.0.1', '198.51.100.7'], gone: ['192.0.2.1'] }]);
  watch.changed();
  addresses = [...addresses, '192.0.2.1'];
  await expect.poll(() => changes.at(-1)).toEqual({ come: ['192.0.2.1'], gone: [] });
});
