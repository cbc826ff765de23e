import { createSocket, type Socket } from 'node:dgram';
import { connect, createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { decode, encode, streamEncode } from 'dns-packet';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Boundary } from '../../../src/boundary.js';
import type { DnsObserver } from '../../../src/isolation/names/dns-exchange.js';
import { DnsRelay } from '../../../src/isolation/names/dns-relay.js';
import { once } from '../../wait.js';
import { onOnePort } from './on-one-port.js';

const question = (name: string, id: number) =>
  encode({ type: 'query', id, flags: 256, questions: [{ type: 'A', name }] });

/** Answers whatever it is asked, over UDP and TCP. */
const answerTo = (message: Buffer) => {
  const { id = 0, questions = [] } = decode(message);
  const answers = [{ type: 'A' as const, name: questions[0]?.name ?? '', data: '192.0.2.7' }];
  return encode({ type: 'response', id, questions, answers });
};

let udp: Socket;
let tcp: Server;
let relay: DnsRelay;
/** Each question that was reported, with its answer. */
let seen: { server: string; answer?: Buffer; ms?: number }[];
let boundary: Boundary;

const observe: DnsObserver = (server) => {
  const question: (typeof seen)[number] = { server };
  seen.push(question);
  return (answer, ms) => void Object.assign(question, { answer, ms });
};

beforeEach(async () => {
  seen = [];
  boundary = new Boundary();
  tcp = createServer((client) => {
    client.on('data', (chunk: Buffer) => {
      const answer = answerTo(chunk.subarray(2));
      client.end(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 255]), answer]));
    });
  });
  udp = await onOnePort(tcp, () =>
    createSocket('udp4').on('message', (message, { port, address }) => udp.send(answerTo(message), port, address)),
  );
  const server = { address: '127.0.0.1', port: udp.address().port };
  const opened = await DnsRelay.open({
    boundary,
    address: '127.0.0.1',
    port: 0,
    server,
    observe,
  });
  if (!opened) throw new Error('no port was free');
  relay = opened;
});

afterEach(() => {
  relay[Symbol.dispose]();
  udp.close();
  tcp.close();
});

async function askByUdp(message: Buffer): Promise<Buffer> {
  const client = createSocket('udp4');
  client.send(message, relay.port, '127.0.0.1');
  const [answer] = (await once(client, 'message')) as [Buffer];
  client.close();
  return answer;
}

test('over UDP, questions and answers pass as they are and are seen', async () => {
  const asked = question('one.example', 7);
  expect(await askByUdp(asked)).toEqual(answerTo(asked));
  expect(seen).toEqual([{ server: '127.0.0.1', answer: answerTo(asked), ms: expect.any(Number) }]);
});

test('over TCP too', async () => {
  const client = connect(relay.port, '127.0.0.1');
  client.end(streamEncode({ type: 'query', id: 9, questions: [{ type: 'A', name: 'two.example' }] }));
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(client, 'close');
  expect(decode(Buffer.concat(chunks).subarray(2)).questions?.[0]?.name).toBe('two.example');
  expect(seen.map(({ answer }) => answer && decode(answer).id)).toEqual([9]);
});

test('of a stream each question is reported as it is asked: several of one identifier, more than are waited for', async () => {
  tcp.removeAllListeners('connection').on('connection', (server: TcpSocket) => server.on('error', () => {}).resume());
  const client = connect(relay.port, '127.0.0.1').on('error', () => {});
  const asked = streamEncode({ type: 'query', id: 9, questions: [{ type: 'A', name: 'two.example' }] });
  client.write(Buffer.concat(Array.from({ length: 5000 }, () => asked)));
  await expect.poll(() => seen.length).toBe(5000);
  client.destroy();
});

test('a question is reported before its answer is there', async () => {
  udp.removeAllListeners('message');
  const client = createSocket('udp4');
  client.send(question('one.example', 7), relay.port, '127.0.0.1');
  await expect.poll(() => seen).toEqual([{ server: '127.0.0.1' }]);
  client.close();
});

/** A relay that holds answers back until `release`, with what it held. */
async function heldRelay() {
  const held: Buffer[] = [];
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  const admit = async (answer: Buffer) => {
    held.push(answer);
    await until;
  };
  const server = { address: '127.0.0.1', port: udp.address().port };
  const opened = await DnsRelay.open({ boundary, address: '127.0.0.1', port: 0, server, admit });
  if (!opened) throw new Error('no port was free');
  return { opened, held, release };
}

test('who admits has an answer before it is handed out, over UDP', async () => {
  const { opened, held, release } = await heldRelay();
  const client = createSocket('udp4');
  const asked = question('held.example', 3);
  let answered = false;
  const answer = once(client, 'message').then(([message]) => {
    answered = true;
    return message as Buffer;
  });
  client.send(asked, opened.port, '127.0.0.1');
  await expect.poll(() => held.length).toBe(1);
  expect(answered).toBe(false);
  release();
  expect(await answer).toEqual(held[0]);
  client.close();
  opened[Symbol.dispose]();
});

test('who admits has an answer before it is handed out, over TCP', async () => {
  const { opened, held, release } = await heldRelay();
  const client = connect(opened.port, '127.0.0.1');
  client.end(streamEncode({ type: 'query', id: 4, questions: [{ type: 'A', name: 'held.example' }] }));
  const chunks: Buffer[] = [];
  client.on('data', (chunk: Buffer) => chunks.push(chunk));
  await expect.poll(() => held.length).toBe(1);
  expect(chunks).toEqual([]);
  release();
  await once(client, 'close');
  expect(Buffer.concat(chunks).subarray(2)).toEqual(held[0]);
  opened[Symbol.dispose]();
});

test('a resolver that is not there is known at once, so that the next one is asked', async () => {
  const none = createSocket('udp4');
  none.bind(0, '127.0.0.1');
  await once(none, 'listening');
  const { port } = none.address();
  none.close();
  const server = { address: '127.0.0.1', port };
  const other = await DnsRelay.open({
    boundary,
    address: '127.0.0.1',
    port: 0,
    server,
    observe,
  });
  const client = createSocket('udp4');
  client.send(question('three.example', 3), other?.port ?? 0, '127.0.0.1');
  const [answer] = (await once(client, 'message')) as [Buffer];
  client.close();
  other?.[Symbol.dispose]();
  expect(decode(answer)).toMatchObject({ id: 3, type: 'response', rcode: 'SERVFAIL' });
  expect(seen).toEqual([{ server: '127.0.0.1' }]);
});

test('a port that is taken is left to who has it', async () => {
  const server = { address: '127.0.0.1', port: 53 };
  expect(await DnsRelay.open({ boundary, address: '127.0.0.1', port: relay.port, server })).toBeUndefined();
});

test('who is no client is not answered, and its question goes nowhere', async () => {
  const server = { address: '127.0.0.1', port: udp.address().port };
  let asked = 0;
  udp.on('message', () => {
    asked += 1;
  });
  const choosy = await DnsRelay.open({
    boundary,
    address: '127.0.0.1',
    port: 0,
    server,
    isClient: ({ address }) => address === '127.0.0.1',
  });
  const [client, stranger] = [createSocket('udp4'), createSocket('udp4')];
  try {
    stranger.bind(0, '127.0.0.2');
    await once(stranger, 'listening');
    stranger.on('message', () => expect.unreachable());
    stranger.send(question('one.example', 1), choosy?.port, '127.0.0.1');
    const refused = connect({ port: choosy?.port ?? 0, host: '127.0.0.1', localAddress: '127.0.0.2' });
    refused.on('error', () => {});
    await once(refused.resume(), 'close');
    // Sent later, and answered.
    client.send(question('two.example', 2), choosy?.port, '127.0.0.1');
    const [answer] = (await once(client, 'message')) as [Buffer];
    expect([decode(answer).id, asked]).toEqual([2, 1]);
  } finally {
    for (const each of [client, stranger]) each.close();
    choosy?.[Symbol.dispose]();
  }
});
