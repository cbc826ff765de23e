import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { joined, LineChannel } from '../../../../src/isolation/tools/holders/line-channel.js';

/** A tool that answers each line as `reply` says; undefined ends it. */
function tool(reply: (line: string) => string | undefined) {
  const said: string[] = [];
  const socket = new Duplex({
    read: () => {},
    write(chunk, _, done) {
      for (const line of String(chunk).split('\n').slice(0, -1)) {
        said.push(line);
        const answer = reply(line);
        if (answer === undefined) this.destroy();
        else if (answer !== '') this.push(answer);
      }
      done();
    },
  });
  return { said, socket, channel: new LineChannel(socket as Socket) };
}

test('lines are put together from pieces', async () => {
  const { socket, channel } = tool(() => '');
  for (const piece of ['fi', 'rst\nsec', 'ond\n', '\nfourth', '\n']) socket.push(piece);
  const lines = [];
  for (let count = 0; count < 4; count++) lines.push(await channel.nextLine());
  expect(lines).toEqual(['first', 'second', '', 'fourth']);
});

test('who asked first is answered first', async () => {
  const { socket, channel } = tool(() => '');
  const answers = Promise.all([channel.nextLine(), channel.nextLine()]);
  socket.push('a\nb\n');
  expect(await answers).toEqual(['a', 'b']);
});

test('lines up to a word', async () => {
  const { channel } = tool((line) => `about ${line}\nfailed\nrest\n`);
  channel.send('it');
  expect(await channel.linesUntil('ok', 'failed')).toEqual({ before: ['about it'], end: 'failed' });
  expect(await channel.nextLine()).toBe('rest');
});

test('a tool that ends: what it said first, then undefined, also for who waits already', async () => {
  const { channel } = tool((line) => (line === 'end' ? undefined : `${line}\n`));
  channel.send('last words');
  expect(await channel.nextLine()).toBe('last words');
  const waiting = channel.linesUntil('ok');
  channel.send('end');
  expect(await waiting).toEqual({ before: [], end: undefined });
  expect(await channel.nextLine()).toBeUndefined();
});

test('an error of the socket is an end, not an exception', async () => {
  const { socket, channel } = tool(() => '');
  const waiting = channel.nextLine();
  socket.destroy(new Error('EPIPE'));
  expect(await waiting).toBeUndefined();
});

test('lines as one sentence', () => {
  expect(joined([' a ', '', '\t', 'b'])).toBe('a; b');
});
