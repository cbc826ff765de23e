import { expect, test } from 'vitest';
import { decodeEnd, END_KEY, END_SUM, FLAGS, NEVER, ROLE } from '../../../src/observe/connections/end-sums.js';

function decoded(address: string, role: number, rtt: number) {
  const [key, value] = [Buffer.alloc(END_KEY.size), Buffer.alloc(END_SUM.size)];
  key.write(address, END_KEY.address, 'hex');
  key.writeUInt16LE(443, END_KEY.port);
  key.writeUInt8(role, END_KEY.role);
  key.writeUInt8(5, END_KEY.state);
  key.writeUInt32LE(FLAGS.answered | FLAGS.heard, END_KEY.flags);
  value.writeUInt32LE(rtt, END_SUM.rtt);
  value.writeBigUInt64LE(2n, END_SUM.count);
  value.writeBigUInt64LE(2n ** 40n, END_SUM.received);
  value.writeBigUInt64LE(7n, END_SUM.sent);
  return decodeEnd(key, value);
}

test('a sum of connections that ended alike, IPv4 as what it is', () => {
  expect(decoded('00000000000000000000ffffc0000235', ROLE.client, 1500)).toEqual({
    role: 'client',
    remote: { address: '192.0.2.53', port: 443 },
    oldState: 5,
    flags: FLAGS.answered | FLAGS.heard,
    count: 2,
    bytesReceived: 2 ** 40,
    bytesSent: 7,
    rtt: 1500,
  });
});

test('IPv6, by whom this side was asked, without a round trip', () => {
  expect(decoded('20010db8000000000000000000000001', ROLE.server, NEVER)).toMatchObject({
    role: 'server',
    remote: { address: '2001:db8::1' },
    rtt: undefined,
  });
});
