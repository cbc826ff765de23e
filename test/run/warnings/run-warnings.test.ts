import { expect, test } from 'vitest';
import type { CounterDelta } from '../../../src/counters/delta.js';
import type { Snapshot } from '../../../src/counters/snapshot.js';
import type { Method } from '../../../src/measurement/method.js';
import { type Provenance, runWarnings } from '../../../src/run/warnings/run-warnings.js';

const method = (rest: Partial<Method> = {}): Method =>
  ({ name: 'qdisc', errorBound: { in: 0, out: 0 }, packetsIn: 'qdisc', ...rest }) as Method;

const ALL: Provenance = {
  isolation: { kind: 'veth', mtu: 1500, families: ['ipv4'] },
  method: method({ agreement: { unexplained: { in: 3, out: 0 } } } as Partial<Method>),
  past: [{ device: 'nm4', octets: 1514 }],
  doubt: 'own-devices',
  isLoopbackLost: true,
  sentPastIp: 42,
  beside: [{ device: 'docker0', in: 10, out: null }],
  tunnels: { devices: [{ device: 'tun0', isBridged: false, isCertain: true, in: 1, out: null }], isComplete: false },
  nestedUnsure: 7,
  dropped: 1,
  stillOpen: 2,
};

const delta = (rest: Partial<CounterDelta> = {}): CounterDelta =>
  ({ snmp: {}, netstat: {}, snmp6: undefined, devices: {}, resets: [], elapsedMs: 1, ...rest }) as CounterDelta;

/** Of a kernel that counts all that is asked of it, as far as its columns go. */
const after = { snmp: {}, netstat: {}, dev: {} } as unknown as Snapshot;

const codes = (provenance: Provenance, difference = delta()) =>
  runWarnings(after, difference, provenance).map(({ code }) => code);

test('each doubt of a number is said, and where there is none nothing is', () => {
  expect(codes({ isolation: ALL.isolation, method: method(), stillOpen: 0 })).toEqual(['COUNTERS_MISSING']);
  const devices = { nm9: { kind: 'appeared', counters: {} }, nm4: { kind: 'vanished' }, lo: { kind: 'same' } };
  const resets = [{ file: 'snmp', counter: 'Tcp.InSegs', before: 2n, after: 1n }];
  expect(codes(ALL, delta({ devices, resets } as unknown as Partial<CounterDelta>))).toEqual([
    'LOOPBACK_QUEUE_LOST',
    'PAST_IP',
    'UNCOUNTED_DEVICE',
    'TUNNEL_FORWARDED',
    'TUNNELS_UNKNOWN',
    'NESTED_UNCERTAIN',
    'DROPPED_ON_THE_WAY',
    'COUNTS_DISAGREE',
    'PACKETS_UNCOUNTED',
    'QUEUE_BYPASSED',
    'DEVICE_VANISHED',
    'COUNTER_RESET',
    'COUNTERS_MISSING',
    'STILL_OPEN',
  ]);
});

test('a queue that is not there leaves an estimate', () => {
  expect(codes({ ...ALL, method: method({ name: 'proc-estimate' }) })).toContain('QUEUE_LOST');
});

test.each([
  ['proc-estimate', true],
  ['qdisc', false],
  ['cgroup', false],
  ['tap', false],
] as const)('a device that the command has made matters to %s: %s', (name, isSaid) => {
  const devices = { outer: { kind: 'appeared', counters: {} } } as unknown as CounterDelta['devices'];
  const said = codes({ isolation: ALL.isolation, method: method({ name }), stillOpen: 0 }, delta({ devices }));
  expect(said.includes('DEVICE_APPEARED')).toBe(isSaid);
});

test('devices that others make in a shared namespace are no matter', () => {
  const devices = { docker0: { kind: 'vanished' }, eth0: { kind: 'vanished' } };
  const isolation = { kind: 'host', devices: ['eth0'] } as unknown as Provenance['isolation'];
  const said = runWarnings(after, delta({ devices } as unknown as Partial<CounterDelta>), { ...ALL, isolation });
  expect(said.filter(({ code }) => code === 'DEVICE_VANISHED')).toMatchObject([
    { message: 'device eth0 was removed during the run: its bytes are unknown' },
  ]);
});

test('of many TUN and TAP devices the first are named', () => {
  const row = { isBridged: true, isCertain: false, in: 1, out: 2 };
  const devices = Array.from({ length: 12 }, (_, number) => ({ device: `tap${number}`, ...row }));
  const said = runWarnings(after, delta(), { ...ALL, tunnels: { devices, isComplete: true } });
  const messages = said.filter(({ code }) => code === 'TUNNEL_FORWARDED').map(({ message }) => message);
  expect(messages).toHaveLength(11);
  expect(messages[0]).toContain(
    'tap0, a TUN or TAP device that may be the command’s, carried 1 B in and 2 B out, which a bridge',
  );
  expect(messages[10]).toBe('so did 2 more, whose bytes are in the bound too');
});

test.each<[string, Partial<Provenance>, boolean]>([
  ['a command in place', { isolation: { kind: 'host', devices: [] } }, true],
  ['processes that were there before', { isolation: { kind: 'host', devices: [] }, isAttached: true }, false],
  ['a namespace that was asked for', { isolation: { kind: 'join', netns: 'n', devices: [] } }, false],
])('another isolation is the cure for %s, or none is', (_, where, isCured) => {
  const said = runWarnings(after, delta(), { ...ALL, ...where });
  const cured = said.filter(({ message }) => message.includes('--isolation veth')).map(({ code }) => code);
  expect(cured).toEqual(isCured ? ['TUNNEL_FORWARDED', 'NESTED_UNCERTAIN'] : []);
});
