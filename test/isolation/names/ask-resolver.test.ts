import { createSocket } from 'node:dgram';
import { encode } from 'dns-packet';
import { expect, test } from 'vitest';
import { askResolver, isAnswerTo } from '../../../src/isolation/names/ask-resolver.js';
import { once } from '../../wait.js';

const NAME = 'www.example.org';
const question = (name: string, id = 7) => encode({ type: 'query', id, questions: [{ type: 'A', name }] });
const answer = (name: string, id = 7, data = '192.0.2.1') =>
  encode({ type: 'response', id, questions: [{ type: 'A', name }], answers: [{ type: 'A', name, data }] });

test.each([
  ['the same words', answer(NAME), true],
  ['the same in another case', answer('WWW.Example.ORG'), true],
  ['another identifier', answer(NAME, 8), false],
  ['another name', answer('www.example.com'), false],
  ['a name that begins so', answer('www.example.org.example'), false],
  ['no words, of a server that could not read them', answer(NAME).subarray(0, 12), true],
  ['nothing', Buffer.alloc(0), false],
])('an answer with %s', (_, message, isOne) => {
  expect(isAnswerTo(question(NAME), message)).toBe(isOne);
});

test('the question may end anywhere', () => {
  const whole = question(NAME);
  for (let length = 0; length <= whole.length; length++) {
    const cut = whole.subarray(0, length);
    expect(isAnswerTo(cut, cut)).toBe(true);
  }
});

test('what is no answer to the question is not taken for one, and the answer is waited for', async () => {
  const server = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const forged = [answer(NAME, 8, '192.0.2.66'), answer('www.example.com', 7, '192.0.2.66')];
  server.on('message', (_, { port, address }) => {
    for (const message of [...forged, answer(NAME)]) server.send(message, port, address);
  });
  const { address, port } = server.address();
  expect(await askResolver(question(NAME), { address, port })).toEqual(answer(NAME));
  server.close();
});
