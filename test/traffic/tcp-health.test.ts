import { expect, test } from 'vitest';
import type { DeviceDelta, Increments } from '../../src/counters/delta.js';
import { tcpHealth } from '../../src/traffic/tcp-health.js';

type Counted = {
  readonly tcp?: Increments;
  readonly more?: Increments;
  readonly icmp?: Increments;
  readonly icmp6?: Increments | undefined;
  readonly lo?: number;
};

const healthy = { EstabResets: 0, OutRsts: 0, AttemptFails: 0 };
const calm = { TCPAbortOnTimeout: 0, TCPSynRetrans: 0, EmbryonicRsts: 0 };
const health = ({ tcp = {}, more = {}, icmp = {}, icmp6, lo = 0 }: Counted) => {
  const loopback: DeviceDelta = { kind: 'present', counters: { rxPackets: lo } };
  return tcpHealth({
    snmp: { Tcp: { ...healthy, ...tcp }, Icmp: { InDestUnreachs: 0, ...icmp } },
    netstat: { TcpExt: { ...calm, ...more } },
    ...(icmp6 && { snmp6: icmp6 }),
    devices: { lo: loopback },
  });
};

const COPIED = [
  ['segmentsIn', 'Tcp', 'InSegs'],
  ['segmentsOut', 'Tcp', 'OutSegs'],
  ['retransmittedSegments', 'Tcp', 'RetransSegs'],
  ['synRetransmits', 'TcpExt', 'TCPSynRetrans'],
  ['retransmitTimeouts', 'TcpExt', 'TCPTimeouts'],
  ['resetsSent', 'Tcp', 'OutRsts'],
  ['establishedResets', 'Tcp', 'EstabResets'],
  ['connectionsOpened', 'Tcp', 'ActiveOpens'],
  ['connectionsAccepted', 'Tcp', 'PassiveOpens'],
  ['connectionsFailed', 'Tcp', 'AttemptFails'],
  ['connectionsTimedOut', 'TcpExt', 'TCPAbortOnTimeout'],
  ['listenOverflows', 'TcpExt', 'ListenOverflows'],
  ['listenDrops', 'TcpExt', 'ListenDrops'],
  ['checksumErrors', 'Tcp', 'InCsumErrors'],
] as const;

test.each(COPIED)('%s is %s %s, null without it', (name, group, counter) => {
  const counters = (of: string) =>
    Object.fromEntries(COPIED.flatMap(([, each, key], index) => (each === of ? [[key, index + 1]] : [])));
  const all = { Tcp: counters('Tcp'), TcpExt: counters('TcpExt') };
  const read = ({ Tcp, TcpExt }: Record<'Tcp' | 'TcpExt', Increments>) =>
    tcpHealth({ snmp: { Tcp }, netstat: { TcpExt }, devices: {} })[name];
  expect(read(all)).toBe(COPIED.findIndex(([each]) => each === name) + 1);
  const { [counter]: _, ...without } = all[group];
  expect(read({ ...all, [group]: without })).toBeNull();
});

/** As measured on Linux 6.18, one case each. */
test.each<[string, Counted, number]>([
  ['nothing', {}, 0],
  ['the peer resets', { tcp: { EstabResets: 1 } }, 1],
  ['a close with unread data', { tcp: { EstabResets: 1, OutRsts: 1 } }, 0],
  ['a close with unread data, both ends here', { tcp: { EstabResets: 2, OutRsts: 1 }, lo: 8 }, 0],
  ['a listener closed before it accepted, both ends here', { tcp: { EstabResets: 2, OutRsts: 1 }, lo: 8 }, 0],
  ['the peer no longer answers', { tcp: { EstabResets: 1 }, more: { TCPAbortOnTimeout: 1 } }, 0],
  ['refused connects alone', { tcp: { OutRsts: 7, AttemptFails: 7 }, lo: 14 }, 0],
  ['own resets and the peer’s', { tcp: { EstabResets: 13, OutRsts: 10 } }, 3],
])('resets received: %s', (_, counted, resets) => {
  expect(health(counted).resetsReceived).toBe(resets);
});

test.each([
  ['EstabResets', { OutRsts: 0 }, calm],
  ['OutRsts', { EstabResets: 1 }, calm],
  ['TCPAbortOnTimeout', { EstabResets: 1, OutRsts: 0 }, {}],
])('resets received: unknown without %s', (_, Tcp, TcpExt) => {
  expect(tcpHealth({ snmp: { Tcp }, netstat: { TcpExt }, devices: {} }).resetsReceived).toBeNull();
});

test('resets received: a loopback that came or went may have carried them', () => {
  const { resetsReceived } = tcpHealth({
    snmp: { Tcp: { EstabResets: 2, OutRsts: 1 } },
    netstat: { TcpExt: calm },
    devices: {},
  });
  expect(resetsReceived).toBe(0);
});

test.each<[string, Counted, number | null]>([
  ['none failed', {}, 0],
  ['none failed, whatever else went wrong', { more: { TCPAbortOnTimeout: 3, TCPSynRetrans: 9, EmbryonicRsts: 1 } }, 0],
  ['refused', { tcp: { AttemptFails: 2 } }, 2],
  ['refused, IPv6 there', { tcp: { AttemptFails: 2 }, icmp6: { Icmp6InDestUnreachs: 0 } }, 2],
  ['a connect timed out', { tcp: { AttemptFails: 2 }, more: { TCPAbortOnTimeout: 1, TCPSynRetrans: 2 } }, null],
  ['what timed out was no connect', { tcp: { AttemptFails: 2 }, more: { TCPAbortOnTimeout: 1 } }, 2],
  ['a SYN was retransmitted, and answered', { tcp: { AttemptFails: 2 }, more: { TCPSynRetrans: 1 } }, 2],
  ['an ICMP error', { tcp: { AttemptFails: 1 }, icmp: { InDestUnreachs: 1 } }, null],
  ['an ICMPv6 error', { tcp: { AttemptFails: 1 }, icmp6: { Icmp6InDestUnreachs: 1 } }, null],
  ['IPv6 that does not count', { tcp: { AttemptFails: 1 }, icmp6: {} }, null],
  ['a client went before its handshake was over', { tcp: { AttemptFails: 1 }, more: { EmbryonicRsts: 1 } }, null],
])('refused: %s', (_, counted, refused) => {
  expect(health(counted).connectionsRefused).toBe(refused);
});

test('refused: unknown without AttemptFails', () => {
  expect(tcpHealth({ snmp: {}, netstat: {}, devices: {} }).connectionsRefused).toBeNull();
});
