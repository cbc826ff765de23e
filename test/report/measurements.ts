import type { Measurement } from '../../src/measurement/measurement.js';
import type { Payload, ProcessRow, ProcessUse } from '../../src/measurement/processes.js';
import type { RemoteRow, RemoteUse } from '../../src/measurement/remotes.js';
import type { IcmpErrors, InOut, Layers, Protocol } from '../../src/measurement/traffic.js';
import { ipOctets, linkBytes, milliseconds, octetsPerSecond, packets } from '../../src/units.js';

const layers = (wire: number, count: number): Layers => ({
  wireOctets: ipOctets(wire),
  ipOctets: ipOctets(wire - 20 * Math.floor(count / 2)),
  linkBytes: linkBytes(wire + 14 * count),
  packets: packets(count),
});

const none = layers(0, 0);
const unknown: Layers = { wireOctets: null, ipOctets: null, linkBytes: null, packets: null };
const bothWays = (each: Layers): InOut<Layers> => ({ in: each, out: each });

type Count = number | null;
const everyTcp = (count: Count): Protocol['tcp'] => ({
  segmentsIn: count,
  segmentsOut: count,
  retransmittedSegments: count,
  synRetransmits: count,
  retransmitTimeouts: count,
  resetsSent: count,
  resetsReceived: count,
  establishedResets: count,
  connectionsOpened: count,
  connectionsAccepted: count,
  connectionsFailed: count,
  connectionsRefused: count,
  connectionsTimedOut: count,
  listenOverflows: count,
  listenDrops: count,
  checksumErrors: count,
});
const everyUdp = (count: Count): Protocol['udp'] => ({
  datagramsIn: count,
  datagramsOut: count,
  errors: count,
  noPort: count,
  receiveBufferErrors: count,
  sendBufferErrors: count,
  checksumErrors: count,
});
const everyIcmp = (count: Count): IcmpErrors => ({
  destinationUnreachable: count,
  packetTooBig: count,
  timeExceeded: count,
  parameterProblem: count,
});

/** `netmeter -- true`: nothing moved. */
export const quiet: Measurement = {
  schema: 1,
  netmeter: '0.1.0',
  command: {
    argv: ['true'],
    exit: { kind: 'code', code: 0 },
    startedAt: '2026-11-23T12:00:00.000Z',
    durationMs: milliseconds(4.2),
    cpu: { userMs: milliseconds(1), systemMs: milliseconds(2) },
  },
  isolation: { kind: 'veth', mtu: 1500, families: ['ipv4'] },
  traffic: {
    external: { ...bothWays(none), ipv4: bothWays(none) },
    loopback: bothWays(none),
    hostLocal: bothWays(none),
  },
  method: { name: 'qdisc', errorBound: { in: 0, out: 0 }, packetsIn: 'qdisc' },
  protocol: {
    tcp: everyTcp(0),
    udp: everyUdp(0),
    icmp: { in: everyIcmp(0), out: everyIcmp(0), checksumErrors: 0 },
    link: { errors: 0, drops: 0 },
  },
  bypasses: [],
  series: {
    intervalMs: milliseconds(1000),
    durationMs: milliseconds(4.2),
    samples: [],
    average: { in: octetsPerSecond(0), out: octetsPerSecond(0) },
    peak: { in: octetsPerSecond(0), out: octetsPerSecond(0) },
  },
  warnings: [],
};

const remote = (names: readonly string[], address: string, changes: Partial<RemoteRow> = {}): RemoteRow => ({
  address,
  names,
  family: address.includes(':') ? 'ipv6' : 'ipv4',
  protocol: 'tcp',
  port: 443,
  role: 'client',
  wireOctets: { in: ipOctets(0), out: ipOctets(0) },
  payloadOctets: { in: 0, out: 0 },
  connections: 1,
  attempts: 1,
  firstSeenMs: milliseconds(120),
  lastSeenMs: milliseconds(12_000),
  tcp: null,
  ...changes,
});

const octets = (incoming: number, out: number) => ({ in: ipOctets(incoming), out: ipOctets(out) });

/** Whom the crawl spoke with: it sums up to its traffic. */
const remotes: RemoteUse = {
  evidence: 'kernel-counters',
  rows: [
    remote(['www.example.org', 'img.example.org'], '203.0.113.80', {
      wireOctets: octets(40_000_000, 999_000),
      payloadOctets: { in: 38_600_000, out: 200_000 },
      connections: 1412,
      attempts: 1413,
      tcp: { retransmittedOctets: 2896, rttMs: 12.345, closed: 1412 },
    }),
    remote(['a-very-long-name-of-a-content-delivery-network.example.net'], '2001:db8::80', {
      wireOctets: octets(8_234_017, 204_782),
      payloadOctets: { in: 7_800_000, out: 60_000 },
      tcp: { retransmittedOctets: null, rttMs: null, closed: 0 },
    }),
    remote([], '203.0.113.53', {
      protocol: 'udp',
      port: 53,
      wireOctets: octets(100, 90),
      payloadOctets: { in: 72, out: 62 },
      connections: null,
      attempts: null,
    }),
    remote([], '2001:db8::99', {
      protocol: 'ipv6-icmp',
      port: null,
      role: null,
      wireOctets: octets(0, 100),
      payloadOctets: { in: null, out: null },
      connections: null,
      attempts: null,
      firstSeenMs: null,
    }),
  ],
  others: { remotes: 0, isComplete: true, wireOctets: octets(0, 0) },
  unattributed: octets(0, 910),
  payloadOctets: { in: 46_400_072, out: 260_062 },
};

const nowhere = { in: 0, out: 0 };

const process = (
  pid: number,
  depth: number,
  words: readonly string[] | null,
  changes: Partial<ProcessRow>,
): ProcessRow => ({
  pid,
  parent: depth === 0 ? 100 : 101,
  depth,
  name: 'node',
  file: '/usr/bin/node',
  commandLine: words,
  startedMs: milliseconds(depth * 20),
  endedMs: milliseconds(12_000),
  payload: { external: nowhere, hostLocal: nowhere, loopback: nowhere, unplaced: nowhere },
  tcpConnects: 3,
  ...changes,
});

const moved = (incoming: number, out: number, loopback = nowhere, unplaced = nowhere): Payload => ({
  external: { in: incoming, out },
  hostLocal: nowhere,
  loopback,
  unplaced,
});

/** Who of the crawl used it: with headers and the rest it sums up to its traffic. */
const processes: ProcessUse = {
  evidence: 'traced',
  pids: 'own',
  processes: [
    process(101, 0, ['node', 'crawl.js', '--depth', '3'], {
      payload: moved(40_000_000, 197_104, { in: 2048, out: 2048 }),
    }),
    process(117, 1, ['curl', '-sS', 'https://a-very-long-name.example.net/'], {
      name: 'curl',
      payload: moved(6_000_000, 50_000, nowhere, { in: 72, out: 62 }),
    }),
    process(130, 2, null, { name: 'sh|x', endedMs: null, payload: moved(300_000, 10_000) }),
  ],
  otherProcesses: { processes: 2, payload: moved(20_000, 0), tcpConnects: 2 },
  idleProcesses: 14,
  unowned: moved(0, 0),
  payload: moved(46_320_000, 257_104, { in: 2048, out: 2048 }, { in: 72, out: 62 }),
  remotes: [
    {
      pid: 101,
      side: 'connected',
      protocol: 'tcp',
      address: '203.0.113.80',
      port: 443,
      in: 40_000_000,
      out: 197_104,
      connections: 3,
    },
  ],
  otherRemotes: { remotes: 0, in: 0, out: 0, connections: 0 },
  lostEvents: 0,
  unplacedIsExternal: true,
  blindTo: ['bytes that splice(2) took out of a socket'],
  balance: {
    in: {
      wireOctets: ipOctets(48_234_117),
      payloadOctets: 46_320_072,
      overheadOctets: 1_834_045,
      retransmittedOctets: 65_160,
      unattributedOctets: 14_840,
    },
    out: {
      wireOctets: ipOctets(1_204_882),
      payloadOctets: 257_166,
      overheadOctets: 944_820,
      retransmittedOctets: 2896,
      unattributedOctets: 0,
    },
  },
};

/** A download over both families, as another user, within its budget. */
export const crawl: Measurement = {
  ...quiet,
  command: {
    ...quiet.command,
    argv: ['node', 'crawl.js', '--depth', '3', 'https://example.org/a b'],
    user: 'ada',
    durationMs: milliseconds(12_345.6),
    cpu: { userMs: milliseconds(2100), systemMs: milliseconds(140) },
  },
  isolation: { kind: 'veth', mtu: 1500, families: ['ipv4', 'ipv6'] },
  traffic: {
    external: {
      in: layers(48_234_117, 33_412),
      out: layers(1_204_882, 17_090),
      ipv4: { in: layers(40_000_000, 28_000), out: layers(1_000_000, 15_000) },
      ipv6: { in: layers(8_234_117, 5412), out: layers(204_882, 2090) },
    },
    loopback: bothWays(layers(2048, 12)),
  },
  remotes,
  processes,
  dns: { queries: 14, answered: 13, notFound: 2, failed: 1, unanswered: 1, averageMs: 2.31, slowestMs: 18.2 },
  protocol: {
    ...quiet.protocol,
    tcp: {
      ...quiet.protocol.tcp,
      segmentsIn: 9001,
      segmentsOut: 17_000,
      retransmittedSegments: 3,
      connectionsOpened: 6,
    },
  },
  bypasses: [
    {
      kind: 'unix-socket',
      what: '/run/docker.sock',
      service: 'docker',
      leadsOut: true,
      pid: 123,
      name: 'docker',
      firstSeenMs: milliseconds(104),
    },
    {
      kind: 'unix-socket',
      what: '/run/user/1000/keyring/ssh',
      service: null,
      leadsOut: false,
      pid: null,
      name: null,
      firstSeenMs: milliseconds(2001),
    },
  ],
  budget: {
    verdict: 'within',
    ended: false,
    limits: [{ kind: 'total', limit: ipOctets(50_000_000), used: ipOctets(49_438_999), verdict: 'within' }],
  },
  series: {
    ...quiet.series,
    durationMs: milliseconds(12_345.6),
    samples: [
      { atMs: milliseconds(1000.5), in: ipOctets(9_000_000), out: ipOctets(200_000) },
      { atMs: milliseconds(2001), in: ipOctets(21_000_000), out: ipOctets(400_000) },
    ],
    average: { in: octetsPerSecond(3_906_989), out: octetsPerSecond(97_596) },
    peak: { in: octetsPerSecond(12_000_000), out: octetsPerSecond(200_000) },
  },
};

/** One byte over a megabyte, where rounded numbers would hide it; ended by netmeter. */
export const breach: Measurement = {
  ...quiet,
  command: {
    ...quiet.command,
    argv: ['sh', '-c', "curl -s 'https://example.org/\u001b[2Jlarge' | tar -x --directory=/var/tmp/unpacked/archive"],
    exit: { kind: 'signal', signal: 'SIGTERM' },
    durationMs: milliseconds(900),
  },
  traffic: {
    external: {
      in: layers(1_000_001, 700),
      out: layers(20_000, 350),
      ipv4: { in: layers(1_000_001, 700), out: layers(20_000, 350) },
    },
    loopback: bothWays(none),
  },
  budget: {
    verdict: 'exceeded',
    ended: true,
    limits: [
      { kind: 'in', limit: ipOctets(1_000_000), used: ipOctets(1_000_001), verdict: 'exceeded' },
      { kind: 'out', limit: ipOctets(0), used: ipOctets(20_000), verdict: 'exceeded' },
    ],
  },
  series: {
    ...quiet.series,
    durationMs: milliseconds(900),
    average: { in: octetsPerSecond(1_111_112), out: octetsPerSecond(22_222) },
    peak: { in: octetsPerSecond(1_111_112), out: octetsPerSecond(22_222) },
  },
};

/** Nothing could be measured; nothing may read as 0. */
export const blind: Measurement = {
  ...quiet,
  command: { ...quiet.command, exit: { kind: 'code', code: 3 }, durationMs: milliseconds(7_384_000), cpu: null },
  traffic: { external: bothWays(unknown), loopback: bothWays(unknown) },
  method: { name: 'proc-estimate', errorBound: { in: null, out: null }, packetsIn: 'ecn-counters' },
  protocol: {
    tcp: everyTcp(null),
    udp: everyUdp(null),
    icmp: { in: everyIcmp(null), out: everyIcmp(null), checksumErrors: null },
    link: { errors: null, drops: null },
  },
  bypasses: null,
  budget: {
    verdict: 'unmeasured',
    ended: false,
    limits: [{ kind: 'in', limit: ipOctets(5000), used: null, verdict: 'unmeasured' }],
  },
  series: { ...quiet.series, durationMs: milliseconds(7_384_000), average: null, peak: null },
  warnings: [
    {
      code: 'QUEUE_LOST',
      message:
        'a counting queue was removed or replaced during the run: wire octets are estimated from /proc (device \u001b[31meth0)',
    },
  ],
};

/** An estimate too near its limit, with everything going wrong that can. */
export const estimate: Measurement = {
  ...crawl,
  traffic: { ...crawl.traffic, external: { in: crawl.traffic.external.in, out: crawl.traffic.external.out } },
  method: { name: 'proc-estimate', errorBound: { in: 1_234_567, out: 890 }, packetsIn: 'ecn-counters' },
  protocol: {
    tcp: {
      ...crawl.protocol.tcp,
      retransmittedSegments: 1234,
      resetsSent: 2,
      resetsReceived: 5,
      establishedResets: 5,
      connectionsFailed: 7,
      connectionsRefused: null,
      connectionsTimedOut: 2,
    },
    udp: { ...crawl.protocol.udp, datagramsIn: 10, datagramsOut: 12, errors: 1 },
    icmp: { ...crawl.protocol.icmp, in: { ...crawl.protocol.icmp.in, destinationUnreachable: 1 } },
    link: { errors: 2, drops: 31 },
  },
  budget: {
    verdict: 'unmeasured',
    ended: false,
    limits: [{ kind: 'in', limit: ipOctets(48_000_000), used: ipOctets(48_234_117), verdict: 'unmeasured' }],
  },
};

/** A limit of every kind and verdict. */
export const gate: Measurement = {
  ...crawl,
  budget: {
    verdict: 'exceeded',
    ended: false,
    limits: [
      { kind: 'total', limit: 50_000_000, used: 49_438_999, verdict: 'within' },
      { kind: 'rate-average', unit: 'octets/s', limit: 4_000_000, used: 3_906_989, verdict: 'within' },
      {
        kind: 'rate-peak',
        unit: 'octets/s',
        limit: 12_000_000,
        used: 12_000_000,
        verdict: 'unmeasured',
        reason: 'a peak comes from samples, which can be 1 % high or 5 % low',
      },
      { kind: 'connections', unit: 'count', limit: 1413, used: 1414, verdict: 'exceeded' },
      { kind: 'loopback', limit: 2048, used: 2048, verdict: 'within' },
      {
        kind: 'host-local',
        limit: 5,
        used: null,
        verdict: 'unmeasured',
        reason: 'traffic with this machine is not distinguished here',
      },
      { kind: 'remote', subject: '*.ads.example', limit: 0, used: 0, verdict: 'within' },
      { kind: 'remote', subject: 'a\u001b[2J*', limit: 40_000_000, used: 40_999_000, verdict: 'exceeded' },
      { kind: 'process', subject: 'git', limit: 1_000_000, used: 0, verdict: 'within' },
      { kind: 'dns-queries', level: 'warn', unit: 'count', limit: 13, used: 14, verdict: 'exceeded' },
      { kind: 'in', level: 'warn', limit: 100_000_000, used: 48_234_117, verdict: 'within' },
    ],
  },
};

/** Refused by the kernel: more than its limit, and places where it may not go. */
const refused: Measurement = {
  ...quiet,
  command: { ...quiet.command, argv: ['curl', '-O', 'https://example.org/large'], exit: { kind: 'code', code: 56 } },
  attempts: [
    { address: '192.0.2.99', protocol: 'tcp', port: 443, packets: 12, names: ['ads.example', 'more.example'] },
    { address: '2001:db8::99', protocol: 'udp', port: 123, packets: 1 },
  ],
  traffic: { ...crawl.traffic, external: { in: layers(5_026_559, 3380), out: layers(8024, 150) } },
  budget: {
    verdict: 'exceeded',
    ended: true,
    enforced: true,
    limits: [
      {
        kind: 'in',
        limit: ipOctets(5_000_000),
        used: ipOctets(5_026_559),
        verdict: 'exceeded',
        overshoot: ipOctets(26_559),
      },
    ],
  },
};

/** The crawl three times; the first run is far off. */
const repeated: Measurement = {
  ...crawl,
  repeat: {
    runs: [60_000_000, 48_234_117, 48_234_000].map((wire, index) => ({
      startedAt: `2026-11-23T12:00:0${index}.000Z`,
      durationMs: milliseconds(900),
      exit: { kind: 'code', code: 0 },
      wireOctets: octets(wire, 1_204_882),
      verdict: index === 0 ? 'exceeded' : 'within',
    })),
    warmups: 1,
    judge: 'median',
    judged: 1,
    spread: {
      in: { median: 48_234_117, min: 48_234_000, max: 60_000_000, standardDeviation: 6_793_000 },
      out: { median: 1_204_882, min: 1_204_882, max: 1_204_882, standardDeviation: 0 },
      total: null,
    },
    outliers: [0],
  },
};

export const MEASUREMENTS = Object.entries({ quiet, crawl, breach, blind, estimate, gate, repeated, refused });
