import { expect, test } from 'vitest';
import { parseHostPorts, parsePublish } from '../../../../src/cli/arguments/values/parse-ports.js';

test.each([
  ['5432', [{ port: 5432, protocol: 'tcp' }]],
  ['53/udp', [{ port: 53, protocol: 'udp' }]],
  ['1/tcp', [{ port: 1, protocol: 'tcp' }]],
  ['65535', [{ port: 65_535, protocol: 'tcp' }]],
  ['8000-8002', [8000, 8001, 8002].map((port) => ({ port, protocol: 'tcp' }))],
  ['9-9/udp', [{ port: 9, protocol: 'udp' }]],
])('--host-port %s', (text, ports) => {
  expect(parseHostPorts(text)).toEqual(ports);
});

test.each([
  ['', 'is no port'],
  ['0', 'is no port'],
  ['65536', 'is no port'],
  ['-1', 'is no port'],
  ['80a', 'is no port'],
  ['http', 'is no port'],
  ['80-', 'is no port'],
  ['81-80', 'backwards'],
  ['1-2000', 'more than 1024'],
  ['80/sctp', 'neither tcp nor udp'],
  ['80/', 'neither tcp nor udp'],
  ['80/udp/tcp', 'neither tcp nor udp'],
  ['127.0.0.1:80', 'is no port'],
])('--host-port %j is refused', (text, reason) => {
  expect(() => parseHostPorts(text)).toThrow(reason);
});

test.each([
  ['8080:80', [{ host: 8080, inner: 80, protocol: 'tcp' }]],
  ['127.0.0.1:8080:80', [{ address: '127.0.0.1', host: 8080, inner: 80, protocol: 'tcp' }]],
  ['[::1]:8080:80', [{ address: '::1', host: 8080, inner: 80, protocol: 'tcp' }]],
  ['5353:53/udp', [{ host: 5353, inner: 53, protocol: 'udp' }]],
  [
    '8000-8001:80-81',
    [
      { host: 8000, inner: 80, protocol: 'tcp' },
      { host: 8001, inner: 81, protocol: 'tcp' },
    ],
  ],
])('--publish %s', (text, ports) => {
  expect(parsePublish(text)).toEqual(ports);
});

test.each([
  ['80', 'a port inside are needed'],
  ['', 'a port inside are needed'],
  [':80', 'a port inside are needed'],
  ['80:', 'a port inside are needed'],
  ['host:80:80', 'no IPv4 address'],
  ['::1:80:80', 'a port inside are needed'],
  ['[127.0.0.1]:80:80', 'no IPv6 address'],
  ['80-81:90', 'not of the same length'],
  ['80:90/icmp', 'neither tcp nor udp'],
  ['0:80', 'is no port'],
])('--publish %j is refused', (text, reason) => {
  expect(() => parsePublish(text)).toThrow(reason);
});
