import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSocketLine } from '../../src/evidence/parse-ss.js';

/** As iproute2 6.1 prints it. */
const line = (state: string, ends: string, rest: string) =>
  `${state} 0      0      ${ends} users:(("python3",pid=22063,fd=3),("sh",pid=7,fd=3)) ino:4190731 sk:10a1 cgroup:/ <-> ts sack bbr wscale:10,10 rto:204 ${rest} segs_out:4`;

test.each([
  [
    'an open one',
    line('ESTAB', '127.0.0.1:58970 127.0.0.1:7000 ', 'bytes_sent:1000 bytes_acked:1001 bytes_received:900'),
    { local: { address: '127.0.0.1', port: 58970 }, remote: { address: '127.0.0.1', port: 7000 }, in: 900, out: 1000 },
  ],
  [
    'one whose peer has finished, and that sent again',
    line('CLOSE-WAIT', '[fd00::2]:80 [2001:db8::1]:443', 'bytes_sent:1000 bytes_retrans:240 bytes_received:901'),
    { local: { address: 'fd00::2', port: 80 }, remote: { address: '2001:db8::1', port: 443 }, in: 900, out: 760 },
  ],
  [
    'of IPv4 by an IPv6 socket, on a device',
    line('ESTAB', '[::ffff:192.0.2.1]:80 192.0.2.2%eth0:443', ''),
    { local: { address: '192.0.2.1', port: 80 }, remote: { address: '192.0.2.2', port: 443 }, in: 0, out: 0 },
  ],
])('%s', (_, text, connection) => {
  expect(parseSocketLine(text)).toEqual({ key: '10a1', pids: [22063, 7], ...connection });
});

test('one that its program has closed has no process', () => {
  const text = 'FIN-WAIT-1 0 5 192.0.2.1:80 192.0.2.2:443 ino:0 sk:2 timer:(on,1sec,0) cubic bytes_sent:5';
  expect(parseSocketLine(text)).toMatchObject({ key: '2', pids: [], out: 5 });
});

test.each(['', 'ESTAB 0 0', 'LISTEN 0 5 *:80 *:* sk:1', 'ESTAB 0 0 192.0.2.1:80 192.0.2.2:443'])(
  '%j is none',
  (text) => {
    expect(parseSocketLine(text)).toBeUndefined();
  },
);

test('nonsense is none, or has whole numbers', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), fc.string({ maxLength: 30 }), (text, rest) => {
      expect(() => parseSocketLine(text)).not.toThrow();
      const found = parseSocketLine(line('ESTAB', '1.2.3.4:1 1.2.3.5:2', rest));
      expect(Number.isSafeInteger(found?.out)).toBe(true);
    }),
  );
});
