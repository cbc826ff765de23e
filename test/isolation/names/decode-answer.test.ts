import { type Answer, encode } from 'dns-packet';
import { expect, test } from 'vitest';
import { decodeAnswer } from '../../../src/isolation/names/decode-answer.js';

const answer = (name: string, answers: Answer[]) =>
  decodeAnswer(encode({ type: 'response', id: 1, questions: [{ type: 'A', name }], answers }));
const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, data });
const a = (name: string, data: string): Answer => ({ type: 'A', name, data });

test('the name that was asked, its addresses, and every other name of the chain', () => {
  const chain = [
    cname('WWW.example', 'Middle.example'),
    cname('middle.example', 'edge.example'),
    a('edge.example', '192.0.2.1'),
  ];
  expect(answer('www.Example.', chain)).toEqual({
    code: 'NOERROR',
    name: 'www.example',
    aliases: ['middle.example', 'edge.example'],
    addresses: ['192.0.2.1'],
  });
});

test('an answer without aliases has none', () => {
  expect(answer('one.example', [a('one.example', '192.0.2.1'), a('one.example', '192.0.2.2')])).toMatchObject({
    aliases: [],
    addresses: ['192.0.2.1', '192.0.2.2'],
  });
});

test('what has no question is no answer', () => {
  expect(decodeAnswer(encode({ type: 'response', id: 1 }))).toBeUndefined();
  expect(decodeAnswer(Buffer.from('no message'))).toBeUndefined();
});
