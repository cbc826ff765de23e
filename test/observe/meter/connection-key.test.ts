import { expect, test } from 'vitest';
import { connectionKey } from '../../../src/observe/meter/connection-key.js';

test.each([
  [
    'IPv4, as IPv6',
    '0100007F:1F90',
    '020A0AC0:0050',
    `${'00'.repeat(10)}ffffc00a0a02`,
    `${'00'.repeat(10)}ffff7f000001`,
  ],
  [
    'IPv6',
    '00000000000000000000000001000000:1F90',
    '000071FD020000000000000002000000:0050',
    'fd710000000000020000000000000002',
    '00000000000000000000000000000001',
  ],
])('a connection’s key: %s', (_, local, remote, remoteBytes, localBytes) => {
  expect(connectionKey(local, remote).toString('hex')).toBe(`${remoteBytes}${localBytes}5000901f`);
});
