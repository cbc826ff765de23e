import { type Answer, encode } from 'dns-packet';
import { expect, test } from 'vitest';
import { ObservedNames } from '../../../src/evidence/names/observed-names.js';

type Given = { readonly name: string; readonly answers?: Answer[]; readonly code?: number };

/** Asks, and is answered. */
function take(names: ObservedNames, { name, answers = [], code = 0 }: Given, ms = 1): void {
  const answer = encode({ type: 'response', id: 1, flags: code, questions: [{ type: 'A', name }], answers });
  names.ask('192.0.2.53')(answer, ms);
}

const a = (name: string, data: string): Answer => ({ type: 'A', name, data });

test('an address has the names that were asked, in their order, whatever aliases resolved to it', async () => {
  const names = new ObservedNames();
  const cname: Answer = { type: 'CNAME', name: 'www.example.org', data: 'edge.cdn.example' };
  take(names, { name: 'WWW.example.org', answers: [cname, a('edge.cdn.example', '192.0.2.1')] });
  take(names, { name: 'img.example.org', answers: [a('img.example.org', '192.0.2.1')] });
  take(names, { name: 'img.example.org', answers: [a('img.example.org', '192.0.2.1')] });
  await names.settle();
  expect(names.namesOf('192.0.2.1')).toEqual(['www.example.org', 'img.example.org']);
  expect(names.namesOf('192.0.2.2')).toEqual([]);
});

test.each(['2001:db8::1', '2001:db8:0:0:0:0:0:1', '2001:DB8::0001'])(
  '%s is found as the kernel writes it',
  async (data) => {
    const names = new ObservedNames();
    take(names, { name: 'six.example', answers: [{ type: 'AAAA', name: 'six.example', data }] });
    await names.settle();
    expect(names.namesOf('2001:db8::1')).toEqual(['six.example']);
  },
);

test('counts how the questions went', async () => {
  const names = new ObservedNames();
  take(names, { name: 'a.example', answers: [a('a.example', '192.0.2.1')] }, 2);
  take(names, { name: 'missing.example', code: 3 }, 4);
  take(names, { name: 'broken.example', code: 2 }, 6);
  names.ask('192.0.2.53');
  names.ask('192.0.2.53')(Buffer.from('no message'), 8);
  expect(await names.summary()).toEqual({
    queries: 5,
    answered: 4,
    notFound: 1,
    failed: 1,
    unanswered: 1,
    averageMs: 5,
    slowestMs: 8,
  });
});

test('without an answer there is no time', async () => {
  expect(await new ObservedNames().summary()).toMatchObject({ queries: 0, averageMs: null, slowestMs: null });
});
