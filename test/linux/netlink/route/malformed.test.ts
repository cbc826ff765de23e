import { assert, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { MalformedMessageError } from '../../../../src/linux/netlink/malformed-message-error.js';
import type { ReceivedMessage } from '../../../../src/linux/netlink/message.js';
import { decodeAddress } from '../../../../src/linux/netlink/route/address.js';
import { decodeLink } from '../../../../src/linux/netlink/route/link.js';
import { decodeQueue } from '../../../../src/linux/netlink/route/queue.js';
import { decodeSocket } from '../../../../src/linux/netlink/sock-diag.js';
import { decodeUnixEnds } from '../../../../src/linux/netlink/unix-diag.js';

const received = (payload: Uint8Array): ReceivedMessage => ({
  ...{ type: 0, flags: 0, sequence: 0, port: 0 },
  payload: Buffer.from(payload),
});

test.each([
  ['a link', decodeLink],
  ['an address', decodeAddress],
  ['a queue', decodeQueue],
  ['a socket', decodeSocket],
  ['a unix socket', decodeUnixEnds],
])('%s of any bytes is read or refused', (_, decode) => {
  expect(() => decode(received(Buffer.alloc(1)))).toThrow(MalformedMessageError);
  assert(
    property(uint8Array({ maxLength: 160 }), (payload) => {
      try {
        decode(received(payload));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedMessageError);
      }
    }),
    { numRuns: 1000 },
  );
});
