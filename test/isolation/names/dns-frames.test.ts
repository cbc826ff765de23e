import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DnsFrames } from '../../../src/isolation/names/dns-frames.js';

test('messages come out whole, however the stream is cut', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (messages, cuts) => {
      const framed = messages.flatMap((message) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        return [length, Buffer.from(message)];
      });
      const stream = Buffer.concat(framed);
      const taken: Buffer[] = [];
      const frames = new DnsFrames((message) => taken.push(Buffer.from(message)));
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const end = at + (cuts[turn % cuts.length] ?? 1);
        frames.data(stream.subarray(at, end));
        at = end;
      }
      expect(taken).toEqual(messages.map((message) => Buffer.from(message)));
    }),
  );
});
