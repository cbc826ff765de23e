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
    {
      local: { address: '127.0.0.1', port: 58970 },
      remote: { address: '127.0.0.1', port: 7000 },
      in: 900,
      out: 1000,
      retransmitted: 0,
    },
  ],
  [
    'one whose peer has finished, and that sent again',
    line('CLOSE-WAIT', '[fd00::2]:80 [2001:db8::1]:443', 'bytes_sent:1000 bytes_retrans:240 bytes_received:901'),
    {
      local: { address: 'fd00::2', port: 80 },
      remote: { address: '2001:db8::1', port: 443 },
      in: 900,
      out: 760,
      retransmitted: 240,
    },
  ],
  [
    'of IPv4 by an IPv6 socket, on a device',
    line('ESTAB', '[::ffff:192.0.2.1]:80 192.0.2.2%eth0:443', ''),
    {
      local: { address: '192.0.2.1', port: 80 },
      remote: { address: '192.0.2.2', port: 443 },
      in: 0,
      out: 0,
      wasAnswered: false,
    },
  ],
])('%s', (_, text, connection) => {
  const answered = { retransmitted: 0, rttMs: undefined, wasAnswered: true, mayCountFin: false };
  expect(parseSocketLine(text)).toEqual({ key: '10a1', pids: [22063, 7], ...answered, ...connection });
});

test('one that its program has closed has no process', () => {
  const text = 'FIN-WAIT-1 0 5 192.0.2.1:80 192.0.2.2:443 ino:0 sk:2 timer:(on,1sec,0) cubic bytes_sent:5';
  expect(parseSocketLine(text)).toMatchObject({ key: '2', pids: [], out: 5 });
});

/** What `ss -tineEHO` said of connections that ended, on Linux 6.18. */
const ended = (rest: string) => `UNCONN 0      0      203.0.113.1:39638 203.0.113.2:7000 ino:0 sk:207 ${rest}`;

test.each([
  [
    'a download whose end was read: its FIN is in the number, which nothing says',
    'ts sack wscale:10,10 rto:204 rtt:0.768/0.526 ato:40 mss:1448 pmtu:1500 rcvmss:1448 advmss:1448 cwnd:12 bytes_sent:12 bytes_acked:14 bytes_received:1000001 segs_out:37 segs_in:706 data_segs_out:1 data_segs_in:702 send 181000000bps pacing_rate 3310534064bps delivery_rate 965333328bps delivered:3 retrans:0/1 rcv_rtt:0.038 rcv_space:282040 rcv_ssthresh:1457408 minrtt:0.01 snd_wnd:65536',
    { in: 1_000_001, out: 12, mayCountFin: true, retransmitted: 0, rttMs: 0.01, wasAnswered: true },
  ],
  [
    'an upload that sent a segment again: without data in, what was received is a FIN',
    'ts sack wscale:10,10 rto:204 rtt:0.263/0.498 ato:40 mss:1428 pmtu:1500 rcvmss:536 advmss:1428 cwnd:196 bytes_sent:1001440 bytes_retrans:1428 bytes_acked:1000014 bytes_received:1 segs_out:708 segs_in:38 data_segs_out:704 send 8513703422bps lastsnd:4 lastrcv:24 pacing_rate 136528400728bps delivery_rate 439384608bps delivered:706 busy:20ms rwnd_limited:20ms(100.0%) retrans:0/1 dsack_dups:1 rcv_space:14280 rcv_ssthresh:64108 minrtt:0.005 snd_wnd:1711104',
    { in: 0, out: 1_000_012, mayCountFin: false, retransmitted: 1428, rttMs: 0.005, wasAnswered: true },
  ],
  [
    'a refused connect',
    'rto:1000 mss:524 pmtu:1500 rcvmss:88 advmss:1460 cwnd:10 segs_out:1 segs_in:1 lastsnd:22000904 lastrcv:22000904 lastack:22000904 app_limited rcv_ssthresh:64240',
    { in: 0, out: 0, mayCountFin: false, rttMs: undefined, wasAnswered: false },
  ],
  [
    'a kernel that does not tell what was sent again',
    'rto:204 rtt:0.768/0.526 bytes_acked:1014 bytes_received:10',
    { in: 10, retransmitted: undefined, rttMs: 0.768, wasAnswered: true },
  ],
])('ended: %s', (_, rest, connection) => {
  expect(parseSocketLine(ended(rest))).toMatchObject({ key: '207', pids: [], ...connection });
});

test.each([
  '',
  'ESTAB 0 0',
  'LISTEN 0 5 *:80 *:* sk:1',
  'ESTAB 0 0 192.0.2.1:80 192.0.2.2:443',
  'UNCONN 0 3 0.0.0.0:49812 203.0.113.2:* ino:0 sk:1153',
])('%j is none', (text) => {
  expect(parseSocketLine(text)).toBeUndefined();
});

test('nonsense is none, or has whole numbers', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), fc.string({ maxLength: 30 }), (text, rest) => {
      expect(() => parseSocketLine(text)).not.toThrow();
      const found = parseSocketLine(line('ESTAB', '1.2.3.4:1 1.2.3.5:2', rest));
      expect(Number.isSafeInteger(found?.out)).toBe(true);
    }),
  );
});
