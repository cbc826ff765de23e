import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Boundary } from '../../../src/boundary.js';
import { forwardTcp } from '../../../src/isolation/ports/forward-tcp.js';
import { forwardUdp } from '../../../src/isolation/ports/forward-udp.js';
import { shareOfFiles } from '../../../src/isolation/tools/share-of-files.js';
import { once } from '../../wait.js';

let boundary: Boundary;
let echo: Socket;
beforeEach(async () => {
  boundary = new Boundary();
  echo = createSocket('udp4').on('message', (message, { port }) => echo.send(message, port, '127.0.0.1'));
  echo.bind(0, '127.0.0.1');
  await once(echo, 'listening');
});
afterEach(() => echo.close());

const forwarding = (port: number) => ({ addresses: ['127.0.0.1'], port, part: 'published-ports', boundary }) as const;

/** A listening socket that says what it shall say, as its kernel's would. */
class FakeSocket extends EventEmitter {
  readonly sent: (readonly [text: string, port: number])[] = [];
  send(message: Buffer, port: number): void {
    if (port === 6) throw new TypeError('no such port');
    this.sent.push([message.toString(), port]);
    this.emit('sent');
  }
  unref(): void {}
  close(): void {}
  arrive(text: string, port: number): void {
    const from: RemoteInfo = { address: '192.0.2.1', family: 'IPv4', port, size: text.length };
    this.emit('message', Buffer.from(text), from);
  }
}

test('a datagram from port 0 goes nowhere, and the next one passes', async () => {
  const socket = new FakeSocket();
  using _ = forwardUdp(socket as unknown as Socket, forwarding(echo.address().port));
  socket.arrive('zero', 0);
  socket.arrive('one', 1);
  await once(socket, 'sent');
  expect(socket.sent).toEqual([['one', 1]]);
  expect(boundary.warnings).toEqual([]);
});

test('an answer that cannot be sent ends nothing, nor does an error of the socket', async () => {
  const socket = new FakeSocket();
  using _ = forwardUdp(socket as unknown as Socket, forwarding(echo.address().port));
  socket.emit('error', new Error('EPERM'));
  socket.arrive('six', 6);
  await expect.poll(() => boundary.warnings.length).toBe(1);
  socket.arrive('seven', 7);
  await once(socket, 'sent');
  expect(socket.sent).toEqual([['seven', 7]]);
  expect(boundary.warnings[0]?.message).toMatch(/^the forwarder of published ports failed.*no such port/);
});

test('a flood of peers has a bound, and the latest are served', async () => {
  const socket = new FakeSocket();
  using _ = forwardUdp(socket as unknown as Socket, forwarding(echo.address().port));
  for (let port = 10; port < 3010; port++) socket.arrive(`${port}`, port);
  expect(readdirSync('/proc/self/fd').length).toBeLessThan(2000);
  await expect
    .poll(() => {
      socket.arrive('again', 3010);
      return socket.sent.at(-1);
    })
    .toEqual(['again', 3010]);
  expect(boundary.warnings).toEqual([]);
});

test('a listener without a descriptor for a connection goes on', async () => {
  const target = createServer((client) => client.end('hello')).listen(0, '127.0.0.1');
  const server: Server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await Promise.all([once(target, 'listening'), once(server, 'listening')]);
  const portOf = (each: Server) => (each.address() as { port: number }).port;
  {
    using _ = forwardTcp(server, forwarding(portOf(target)));
    server.emit('error', new Error('EMFILE'));
    const client = connect(portOf(server), '127.0.0.1');
    const [greeting] = (await once(client, 'data')) as [Buffer];
    expect(greeting.toString()).toBe('hello');
    client.destroy();
  }
  target.close();
});

test('no more connections are taken than a share of what may be open: each has two descriptors', () => {
  const server = createServer();
  using _ = forwardTcp(server, forwarding(1));
  expect(server.maxConnections).toBe(shareOfFiles(1 / 8));
});
