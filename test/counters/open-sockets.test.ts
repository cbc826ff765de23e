import { expect, test } from 'vitest';
import type { CounterFile } from '../../src/counters/held-files.js';
import { openSockets } from '../../src/counters/open-sockets.js';
import { fixture } from './fixture.js';

const CAPTURE = 'linux-6.18-with-connections';

test('both families are added, and TIME_WAIT is counted apart', () => {
  expect(openSockets((file) => fixture(`${CAPTURE}/${file}`))).toEqual({ inUse: 5 + 3, timeWait: 1 });
});

test('without IPv6 there are the sockets of IPv4', () => {
  const withoutIpv6 = (file: CounterFile) => (file === 'sockstat6' ? undefined : fixture(`${CAPTURE}/${file}`));
  expect(openSockets(withoutIpv6)).toEqual({ inUse: 5, timeWait: 1 });
});

test('a file that cannot be read is an error, not zero sockets', () => {
  expect(() => openSockets(() => undefined)).toThrow('/proc/net/sockstat, line 1: it is empty');
  expect(() => openSockets((file) => (file === 'sockstat6' ? '' : fixture(`${CAPTURE}/${file}`)))).toThrow(
    '/proc/net/sockstat6, line 1: it is empty',
  );
});
