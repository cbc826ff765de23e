import type { Measurement } from '../../src/measurement/measurement.js';
import { ipOctets, milliseconds, octetsPerSecond } from '../../src/units.js';
import { crawl, quiet } from './measurements.js';

export { blind, breach, crawl, quiet } from './measurements.js';

/** Text that tries to become markup, a workflow command, a formula or a label in whatever shows it. */
const EVIL = [
  '::error title=owned::x',
  '##[add-mask]owned',
  '| owned | <img src=x onerror=alert(1)> |',
  '`` ` ``',
  '"><script>alert(1)</script>',
  ']]><system-out/>',
  '=HYPERLINK("http://owned.example")',
  'a\\|b',
  '"} 1\nowned 2',
  '[owned](javascript:alert(1)) www.owned.example @owned $\\text{owned}$',
  '\u001b[31m\u202e\ud800\ufffe%0A',
] as const;

/** Everything that is of foreign origin is evil. */
export const hostile: Measurement = {
  ...quiet,
  command: {
    ...quiet.command,
    argv: [`/opt/${EVIL[8]} #'$(owned)\`.sh`, ...EVIL],
    user: '|evil`<b>&',
    exit: { kind: 'code', code: 1 },
  },
  isolation: { kind: 'offline' },
  attempts: EVIL.map((address, index) => ({ address, protocol: 'tcp', port: index, packets: 1 })),
  method: { name: 'none', errorBound: { in: 0, out: 0 }, packetsIn: 'device' },
  warnings: EVIL.map((message) => ({ code: 'EVIL', message })),
};

/** Nothing can leave, and something tried. */
export const offline: Measurement = {
  ...quiet,
  isolation: { kind: 'offline' },
  attempts: [{ address: '192.0.2.1', protocol: 'tcp', port: 443, packets: 3 }],
  method: { name: 'none', errorBound: { in: 0, out: 0 }, packetsIn: 'device' },
};

/** A process that was there before, in a namespace that others use. */
export const attached: Measurement = {
  ...quiet,
  command: {
    ...quiet.command,
    attached: { pid: 4711, metered: 'namespace', cgroup: null, sharedWith: 2 },
    exit: { kind: 'running' },
    cpu: null,
  },
  isolation: { kind: 'join', netns: '/proc/4711/ns/net', devices: ['eth0'] },
  contamination: { grade: 'shared', idleOctets: null, idleMs: milliseconds(0), foreignConnections: null },
};

const SECONDS = 184;

/** Three minutes with bursts, over a limit. */
export const long: Measurement = {
  ...crawl,
  command: { ...crawl.command, durationMs: milliseconds(SECONDS * 1000 + 321) },
  budget: {
    verdict: 'exceeded',
    ended: false,
    limits: [
      { kind: 'in', limit: ipOctets(48_000_000), used: ipOctets(48_234_117), verdict: 'exceeded' },
      { kind: 'total', limit: ipOctets(50_000_000), used: ipOctets(49_438_999), verdict: 'within' },
    ],
  },
  series: {
    ...crawl.series,
    durationMs: milliseconds(SECONDS * 1000 + 321),
    samples: Array.from({ length: SECONDS }, (_, second) => ({
      atMs: milliseconds((second + 1) * 1000),
      in: ipOctets(Math.round(48_234_117 * progress(second / SECONDS))),
      out: ipOctets(Math.round(1_204_882 * (second / SECONDS))),
    })),
    average: { in: octetsPerSecond(261_000), out: octetsPerSecond(6500) },
    peak: { in: octetsPerSecond(1_900_000), out: octetsPerSecond(9000) },
  },
};

/** Whole addresses, long names, large numbers and a deep tree: the widest tables that there are in life. */
export const wide: Measurement = {
  ...crawl,
  ...(crawl.remotes && {
    remotes: {
      ...crawl.remotes,
      rows: crawl.remotes.rows.map((row) => ({
        ...row,
        address: '2a05:d018:7a1:8500:df3f:f2aa:1111:2222',
        names: ['prod-eu-west-1-starport-layer-bucket.s3.dualstack.eu-west-1.amazonaws.com', 'www.example.org'],
        wireOctets: { in: ipOctets(123_456_789_012), out: ipOctets(12_345_678_901) },
        connections: 123_456,
        tcp: { retransmittedOctets: 1_448_000, rttMs: 123, closed: 5 },
      })),
    },
  }),
  ...(crawl.processes?.evidence === 'traced' && {
    processes: {
      ...crawl.processes,
      processes: crawl.processes.processes.map((process) => ({
        ...process,
        pid: 4_194_303,
        depth: 6,
        commandLine: [`/usr/local/lib/node_modules/npm/bin/${'node-gyp-bin/'.repeat(9)}node-gyp`, 'rebuild', '--x=y'],
        payload: { ...process.payload, external: { in: 123_456_789_012, out: 12_345_678_901 } },
      })),
    },
  }),
};

/** From 0 to 1, with two pauses. */
function progress(time: number): number {
  return 0.25 * ramp(time, 0.05, 0.2) + 0.1 * ramp(time, 0.2, 0.75) + 0.65 * ramp(time, 0.7, 0.95) ** 2;
}

function ramp(time: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (time - from) / (to - from)));
}
