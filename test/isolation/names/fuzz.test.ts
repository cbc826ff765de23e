import { createSocket, type Socket } from 'node:dgram';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Boundary } from '../../../src/boundary.js';
import { ObservedNames } from '../../../src/evidence/names/observed-names.js';
import { failureOf } from '../../../src/isolation/names/ask-resolver.js';
import { decodeAnswer } from '../../../src/isolation/names/decode-answer.js';
import { DnsFrames, framed } from '../../../src/isolation/names/dns-frames.js';
import { DnsRelay } from '../../../src/isolation/names/dns-relay.js';
import { answerForHost, HOST_QUESTION } from '../../../src/isolation/names/host-name-answer.js';
import { once } from '../../wait.js';
import { mutation, randomNumbers } from './mutations.js';
import { onOnePort } from './on-one-port.js';

/** 100,000 have been tried; the suite has less time. */
const MUTATIONS = Number(process.env['NETMETER_MUTATIONS'] ?? 10_000);

test('no bytes make a parser throw', async () => {
  const random = randomNumbers(1);
  const names = new ObservedNames();
  const frames = new DnsFrames(() => {});
  for (let round = 0; round < MUTATIONS; round++) {
    const message = mutation(random, round);
    answerForHost(message, ['198.18.0.5', 'fd6e:6574:6d65::1']);
    failureOf(message);
    decodeAnswer(message);
    frames.data(message);
    names.ask('192.0.2.53')(message, 1);
  }
  expect(await names.summary()).toMatchObject({ queries: MUTATIONS, answered: MUTATIONS });
});

let udp: Socket;
let tcp: Server;
let relay: DnsRelay;
let boundary: Boundary;
let names: ObservedNames;
const random = randomNumbers(2);
let answered = 0;

/** A server that answers with broken messages too, and what an observer and a gate make of them. */
beforeEach(async () => {
  boundary = new Boundary();
  names = new ObservedNames();
  const answer = () => mutation(random, ++answered);
  tcp = createServer((client) => {
    client.on('error', () => {});
    const questions = new DnsFrames(() => client.write(framed(answer())));
    client.on('data', (chunk: Buffer) => questions.data(chunk)).on('end', () => client.end());
  });
  udp = await onOnePort(tcp, () =>
    createSocket('udp4').on('message', (question, { port, address }) => {
      const broken = answer();
      udp.send(broken, port, address);
      // What does not repeat the question is no answer to it.
      udp.send(Buffer.concat([question, broken]), port, address);
    }),
  );
  const opened = await DnsRelay.open({
    boundary,
    address: '127.0.0.1',
    port: 0,
    server: { address: '127.0.0.1', port: udp.address().port },
    observe: names.ask,
    answer: (question) => answerForHost(question, ['198.18.0.5']),
    admit: async (message) => void decodeAnswer(message),
  });
  if (!opened) throw new Error('no port was free');
  relay = opened;
});

afterEach(() => {
  relay[Symbol.dispose]();
  udp.close();
  tcp.close();
});

/** A good question after all the broken ones. */
async function stillAnswers(): Promise<void> {
  const client = createSocket('udp4');
  client.send(HOST_QUESTION, relay.port, '127.0.0.1');
  const [answer] = (await once(client, 'message')) as [Buffer];
  client.close();
  expect(answer.subarray(-4)).toEqual(Buffer.of(198, 18, 0, 5));
  expect(boundary.warnings).toEqual([]);
}

/** Sends a question when the one before was answered. */
async function askInTurn(rounds: number, first: number): Promise<void> {
  const client = createSocket('udp4');
  client.bind(0, '127.0.0.1');
  await once(client, 'listening');
  for (let round = 0; round < rounds; round++) {
    const answer = once(client, 'message');
    client.send(mutation(random, first + round), relay.port, '127.0.0.1');
    await answer;
  }
  client.close();
}

test('no datagram ends the relay', async () => {
  const clients = 50;
  await Promise.all(Array.from({ length: clients }, (_, index) => askInTurn(MUTATIONS / clients, index)));
  await stillAnswers();
  expect((await names.summary()).queries).toBe(MUTATIONS + 1);
});

/** A stream of whole messages that are broken, behind some that are cut wrong. */
async function stream(rounds: number): Promise<void> {
  const client = connect(relay.port, '127.0.0.1');
  client.on('error', () => {}).resume();
  for (let round = 0; round < rounds; round++) {
    const message = mutation(random, random(200));
    client.write(round + 1 < rounds || random(2) === 0 ? framed(message) : message);
  }
  client.end();
  await once(client, 'close');
}

test('no stream ends the relay', async () => {
  const [streams, messages] = [200, MUTATIONS / 200];
  for (let done = 0; done < streams; done += 20) {
    await Promise.all(Array.from({ length: 20 }, () => stream(messages)));
  }
  await stillAnswers();
});

test('what observes a message may throw without ending the relay', async () => {
  const faulty = await DnsRelay.open({
    boundary,
    address: '127.0.0.1',
    port: 0,
    server: { address: '127.0.0.1', port: udp.address().port },
    observe: () => {
      throw new TypeError('an observer');
    },
    admit: async () => {
      throw new RangeError('a gate');
    },
  });
  const client = createSocket('udp4');
  client.send(HOST_QUESTION, faulty?.port ?? 0, '127.0.0.1');
  await once(client, 'message');
  client.close();
  faulty?.[Symbol.dispose]();
  expect(boundary.warnings.map(({ message }) => message)).toEqual([
    'the observer of names failed, and the run went on without it: TypeError: an observer',
    'the relay of names failed, and the run went on without it: RangeError: a gate',
  ]);
});
