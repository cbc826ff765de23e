import { readFileSync, readlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { pid, ppid } from 'node:process';
import { expect, test } from 'vitest';
import { namespacesOf, socketsIn } from '../../src/evidence/list-sockets.js';
import { once } from '../wait.js';

test('netmeter’s own network namespace is listed by netmeter, which stays', () => {
  expect(namespacesOf([ppid])).toEqual(new Map([[readlinkSync('/proc/self/ns/net'), pid]]));
});

test('who has ended is nowhere', () => {
  expect(namespacesOf([4_194_305])).toEqual(new Map());
});

test('a socket is listed as long as it is somebody’s: not in TIME_WAIT', async () => {
  const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  client.end();
  await once(client, 'close');
  const isWaiting = new RegExp(`0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 06 `);
  expect(readFileSync('/proc/self/net/tcp', 'latin1')).toMatch(isWaiting);
  const ports = socketsIn(pid).map(({ local, remote }) => ({ own: local.port, peer: remote.port }));
  expect(ports.filter(({ own }) => own === port)).not.toEqual([]);
  expect(ports.filter(({ peer }) => peer === port)).toEqual([]);
  server.close();
});
