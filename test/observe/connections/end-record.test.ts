import { assert, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEnd, END } from '../../../src/observe/connections/end-record.js';

function record(fields: Partial<Record<keyof typeof END, number>>, remote: string, local: string): Buffer {
  const bytes = Buffer.alloc(END.size);
  for (const [name, value] of Object.entries(fields)) bytes.writeUInt32LE(value, END[name as keyof typeof END]);
  bytes.write(remote, END.remote, 'hex');
  bytes.write(local, END.local, 'hex');
  return bytes;
}

test('IPv4, with positions that went round, and a round trip with its fraction', () => {
  const fields = { cookie: 9, role: 1, oldState: 5, family: 2, remotePort: 443, localPort: 40_000 };
  const counts = { bytesReceived: 7, bytesAcked: 8, next: 4, unacknowledged: 0xfffffffe, srtt: 81, minRtt: 0xffffffff };
  expect(
    decodeEnd(record({ ...fields, ...counts, retransmitted: 2, segsIn: 6, dataSegsIn: 3 }, 'c0000235', 'c0000201')),
  ).toEqual({
    cookie: 9n,
    role: 'client',
    oldState: 5,
    remote: { address: '192.0.2.53', port: 443 },
    local: { address: '192.0.2.1', port: 40_000 },
    bytesReceived: 7,
    bytesAcked: 8,
    bytesInFlight: 6,
    retransmitted: 2,
    segsIn: 6,
    dataSegsIn: 3,
    rtt: 10,
  });
});

test('IPv6, also where it is IPv4; the smallest round trip before the smoothed one', () => {
  const fields = { role: 2, family: 10, minRtt: 5, srtt: 800 };
  const six = record(fields, '20010db8000000000000000000000001', '20010db8000000000000000000000002');
  expect(decodeEnd(six)).toMatchObject({ role: 'server', remote: { address: '2001:db8::1' }, rtt: 5 });
  const mapped = record(fields, '00000000000000000000ffffc0000235', '00000000000000000000ffffc0000201');
  expect(decodeEnd(mapped)).toMatchObject({ remote: { address: '192.0.2.53' }, local: { address: '192.0.2.1' } });
  expect(decodeEnd(record({ family: 10 }, '', ''))?.rtt).toBeUndefined();
});

test('whatever is in a record, it is read or left out', () => {
  assert(
    property(uint8Array({ maxLength: 2 * END.size }), (bytes) => {
      const end = decodeEnd(Buffer.from(bytes));
      expect(end === undefined).toBe(bytes.length < END.size);
    }),
  );
});
