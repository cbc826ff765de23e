import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../../src/measurement/measurement.js';
import type { Protocol } from '../../../src/measurement/traffic.js';
import { protocolTable } from '../../../src/report/tables/protocol-table.js';
import { errorRows } from '../../../src/report/text/error-rows.js';
import { milliseconds } from '../../../src/units.js';
import { blind, quiet } from '../measurements.js';

type Counts = { readonly [Group in keyof Protocol]?: Partial<Protocol[Group]> };

const withCounts = ({ tcp, udp, icmp, link }: Counts): Measurement => ({
  ...quiet,
  protocol: {
    tcp: { ...quiet.protocol.tcp, ...tcp },
    udp: { ...quiet.protocol.udp, ...udp },
    icmp: { ...quiet.protocol.icmp, ...icmp },
    link: { ...quiet.protocol.link, ...link },
  },
});
const said = (counts: Counts) =>
  errorRows(withCounts(counts)).map((line) => line.replace(/^ +errors +/, '').replaceAll(/\n +/g, ' '));
const icmpIn = (over: Partial<Protocol['icmp']['in']>) => ({ in: { ...quiet.protocol.icmp.in, ...over } });

test.each<[string, Counts]>([
  ['nothing', {}],
  ['a close with unread data', { tcp: { resetsSent: 1, establishedResets: 1 } }],
  ['an answer that came too late', { udp: { noPort: 1 } }],
  ['the size of a path', { icmp: icmpIn({ packetTooBig: 2 }) }],
  ['a sender that waits for room', { udp: { sendBufferErrors: 9 } }],
])('no line for %s', (_, counts) => {
  expect(said(counts)).toEqual([]);
});

test('unknown is no error', () => {
  expect(errorRows(blind)).toEqual([]);
});

test.each<[Counts, string]>([
  [{ tcp: { connectionsFailed: 1, connectionsRefused: 1 } }, '1 connect refused'],
  [{ tcp: { connectionsFailed: 1200, connectionsRefused: 1200 } }, '1 200 connects refused'],
  [{ tcp: { connectionsFailed: 2, connectionsRefused: null } }, '2 connects failed'],
  [
    { tcp: { connectionsFailed: 3, connectionsRefused: null, connectionsTimedOut: 2 } },
    '1 connect failed, 2 connections timed out',
  ],
  [
    {
      tcp: {
        connectionsFailed: 1,
        connectionsRefused: null,
        connectionsTimedOut: 1,
        retransmittedSegments: 2,
        synRetransmits: 2,
        retransmitTimeouts: 3,
      },
    },
    '1 connection timed out, 2 retransmitted',
  ],
  [{ tcp: { resetsReceived: 1, establishedResets: 4 } }, '1 connection reset'],
  [{ tcp: { listenDrops: 3, listenOverflows: 3 } }, '3 dropped at a listener'],
  [{ udp: { errors: 18, receiveBufferErrors: 18 } }, '18 UDP dropped by a full buffer'],
  [
    { udp: { errors: 4, receiveBufferErrors: 1, checksumErrors: 2 } },
    '1 UDP dropped by a full buffer, 1 UDP error, 2 wrong checksums',
  ],
  [{ udp: { errors: 2, receiveBufferErrors: null, checksumErrors: null } }, '2 UDP errors'],
  [{ tcp: { checksumErrors: 1 }, icmp: { checksumErrors: 1 } }, '2 wrong checksums'],
  [{ icmp: icmpIn({ destinationUnreachable: 2, timeExceeded: 1 }) }, '2 ICMP unreachable, 1 ICMP time exceeded'],
  [{ link: { errors: 1, drops: 2 } }, '1 link error, 2 dropped'],
])('%j: %s', (counts, text) => {
  expect(said(counts)).toEqual([text]);
});

test('the worst five, and how many more', () => {
  const tcp = {
    connectionsRefused: 1,
    connectionsTimedOut: 1,
    resetsReceived: 1,
    retransmittedSegments: 1,
    listenDrops: 1,
  };
  expect(said({ tcp })).toEqual([
    '1 connect refused, 1 connection timed out, 1 connection reset, 1 retransmitted, 1 dropped at a listener',
  ]);
  expect(said({ tcp, link: { errors: 1, drops: 1 } })).toEqual([
    '1 connect refused, 1 connection timed out, 1 connection reset, 1 retransmitted, 1 dropped at a listener, 2 more in the JSON report',
  ]);
});

test.each([
  [{ failed: 1, unanswered: 0, notFound: 9 }, '1 name server failure'],
  [{ failed: 2, unanswered: 3, notFound: 0 }, '2 name server failures, 3 questions to name servers unanswered'],
])('names: %j', (dns, text) => {
  const none = { queries: 20, answered: 17, averageMs: 1, slowestMs: 2 };
  const [line] = errorRows({ ...quiet, dns: { ...none, ...dns } });
  expect(line?.replace(/^ +errors +/, '').replaceAll(/\n +/g, ' ')).toBe(text);
});

test('a name that does not exist is no error', () => {
  const dns = { queries: 9, answered: 9, notFound: 9, failed: 0, unanswered: 0, averageMs: 1, slowestMs: 2 };
  expect(errorRows({ ...quiet, dns })).toEqual([]);
});

describe('in a namespace that others live in too', () => {
  const failed = withCounts({ tcp: { connectionsFailed: 1, connectionsRefused: 1 } });
  const host = { kind: 'host', devices: ['eth0'] } as const;
  const clean = { grade: 'clean', idleOctets: 0, idleMs: milliseconds(1000), foreignConnections: 0 } as const;
  const rows = (changes: Partial<Measurement>) =>
    errorRows({ ...failed, isolation: host, ...changes }).map((line) => line.trim().replaceAll(/\s+/g, ' '));

  test('the kernel’s counters are said to be shared, the command’s look-ups not', () => {
    const dns = { queries: 1, answered: 0, notFound: 0, failed: 1, unanswered: 0, averageMs: null, slowestMs: null };
    expect(rows({ dns })).toEqual([
      'errors 1 name server failure',
      'errors of everybody in the network namespace: 1 connect refused',
    ]);
    expect(rows({ contamination: { ...clean, grade: 'shared' } })[0]).toContain('of everybody');
    expect(protocolTable({ ...failed, isolation: host }).title).toBe(
      'Protocol counters of everybody in the network namespace',
    );
  });

  test('but not where nobody else was seen', () => {
    expect(rows({ contamination: clean })).toEqual(['errors 1 connect refused']);
  });
});
