import { decode, encode } from 'dns-packet';
import { expect, test } from 'vitest';
import { answerForHost, HOST_QUESTION } from '../../../src/isolation/names/host-name-answer.js';

const question = (name: string, type: 'A' | 'AAAA' | 'TXT') =>
  encode({ type: 'query', id: 77, questions: [{ type, name }] });
const ADDRESSES = ['198.18.0.5', 'fd6e:6574:6d65::1'];

test.each([
  ['host.netmeter.internal', 'A', ['198.18.0.5']],
  ['HOST.netmeter.Internal', 'AAAA', ['fd6e:6574:6d65::1']],
  ['host.netmeter.internal', 'TXT', []],
] as const)('%s %s', (name, type, data) => {
  const answer = answerForHost(question(name, type), ADDRESSES);
  const {
    id,
    rcode,
    answers = [],
  } = decode(answer ?? Buffer.alloc(0)) as ReturnType<typeof decode> & { rcode: string };
  expect([id, rcode, answers.map((each) => 'data' in each && each.data)]).toEqual([77, 'NOERROR', data]);
});

test.each(['example.org', 'x.host.netmeter.internal', 'host.netmeter.internal.example.org'])(
  '%s is left to the server',
  (name) => {
    expect(answerForHost(question(name, 'A'), ADDRESSES)).toBeUndefined();
  },
);

test('what is no question is left to the server', () => {
  expect(answerForHost(Buffer.from('short'), ADDRESSES)).toBeUndefined();
});

test('the question by which a relay is tried is one for its first address', () => {
  const answer = answerForHost(HOST_QUESTION, ADDRESSES);
  expect(decode(answer ?? Buffer.alloc(0)).answers).toMatchObject([{ type: 'A', data: '198.18.0.5' }]);
});

test.each([0, 11, 12, HOST_QUESTION.length - 5, HOST_QUESTION.length - 4, HOST_QUESTION.length - 1])(
  'one that stops after %i octets is left to the server',
  (length) => {
    expect(answerForHost(HOST_QUESTION.subarray(0, length), ADDRESSES)).toBeUndefined();
  },
);

test('an answer is no question', () => {
  const answer = Buffer.from(HOST_QUESTION);
  answer[2] = 0x81;
  expect(answerForHost(answer, ADDRESSES)).toBeUndefined();
});
