import { expect, test } from 'vitest';
import { connectionKey, keyOfSocket } from '../../../../src/observe/meter/connections/connection-key.js';

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

test.each([
  [2, 'c00a0a02', '7f000001', '0100007F:1F90', '020A0AC0:0050'],
  [
    10,
    'fd710000000000020000000000000002',
    `${'00'.repeat(15)}01`,
    '00000000000000000000000001000000:1F90',
    '000071FD020000000000000002000000:0050',
  ],
])('the same key from how sock_diag lists it, family %i', (family, remote, local, localText, remoteText) => {
  const id = Buffer.alloc(48);
  id.writeUInt16BE(0x1f90, 0);
  id.writeUInt16BE(80, 2);
  id.write(local, 4, 'hex');
  id.write(remote, 20, 'hex');
  expect(keyOfSocket({ family, id })).toEqual(connectionKey(localText, remoteText));
});
