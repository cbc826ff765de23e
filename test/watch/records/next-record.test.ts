import { expect, test } from 'vitest';
import { nextRecord } from '../../../src/watch/records/next-record.js';
import { parseRecord } from '../../../src/watch/records/parse-record.js';
import type { SampleRecord } from '../../../src/watch/records/record.js';
import { type Machine, reading, records } from '../machine.js';

/** The last record of a watch that saw these states. */
function last(...machines: readonly Machine[]): SampleRecord {
  const record = records(...machines).at(-1);
  if (!record) throw new Error('no state was given');
  return record;
}

const busy: Machine = {
  inOctets: 5000n,
  outOctets: 900n,
  lo: 700n,
  links: { eth0: { rxBytes: 4440n, rxPackets: 10n, txBytes: 340n, txPackets: 10n } },
};

test('the first sample has nothing to subtract from: no amount, not zero', () => {
  expect(last(busy)).toMatchObject({
    delta: null,
    events: [],
    total: { since: '2027-01-01T00:00:00.000Z', samples: 1, in: { octets: '0', unknown: 0 } },
  });
});

test('in is the IP layer without loopback, out is the devices without their headers', () => {
  expect(last({}, { ...busy, minute: 1 })).toMatchObject({
    delta: {
      from: '2027-01-01T00:00:00.000Z',
      elapsedMs: 60_000,
      external: {
        in: { wireOctets: 4300, ipOctets: 4300, errorBound: 0 },
        out: { wireOctets: 200, ipOctets: 200, errorBound: 0 },
      },
      loopback: 700,
      raw: { ipv4: { in: 5000, out: 900 }, ipv6: null },
      devices: { eth0: { in: 4440, out: 340 } },
    },
    events: [],
    total: { samples: 2, in: { octets: '4300', unknown: 0 }, out: { octets: '200' }, loopback: { octets: '700' } },
  });
});

test('IPv6 octets are counted with those of IPv4', () => {
  const { delta } = last({ ip6: { in: 1n, out: 1n } }, { minute: 1, inOctets: 10n, ip6: { in: 31n, out: 21n } });
  expect(delta?.external.in.wireOctets).toBe(40);
  expect(delta?.raw.ipv6).toEqual({ in: 30, out: 20 });
});

test('segments that arrived inside GSO packets add their headers', () => {
  const merged = (segments: bigint, packets: bigint, minute: number) => {
    const plain = reading({ minute, inOctets: segments * 1448n });
    const IpExt = { ...plain.snapshot.netstat['IpExt'], InNoECTPkts: segments };
    const snmp = { ...plain.snapshot.snmp, Ip: { InReceives: packets } };
    return { ...plain, snapshot: { ...plain.snapshot, netstat: { IpExt }, snmp } };
  };
  const record = nextRecord(nextRecord(undefined, merged(0n, 0n, 0)), merged(100n, 10n, 1));
  expect(record.delta?.external.in).toEqual({ wireOctets: 144_800 + 90 * 52, errorBound: 90 * 28, ipOctets: 144_800 });
});

test('counters that were read one after the other do not add up to more than there was', () => {
  // Loopback is read after InOctets: half of what moves shows in one interval already, half of it in the next.
  const written = records(
    {},
    { minute: 1, inOctets: 1000n, lo: 1500n },
    { minute: 2, inOctets: 2100n, lo: 2000n },
    { minute: 3, inOctets: 3100n, lo: 3600n },
    { minute: 4, inOctets: 4100n, lo: 4000n },
  );
  expect(written.map(({ delta }) => delta?.external.in.wireOctets)).toEqual([undefined, 0, 100, 0, 0]);
  expect(written.map(({ carry }) => carry.loopback)).toEqual([0, 500, 0, 600, 0]);
  expect(written.map(({ delta }) => delta?.loopback)).toEqual([undefined, 1500, 500, 1600, 400]);
});

test('segments that a device has sent before they were counted are not hidden ones in the next interval', () => {
  const sent = (minute: number, segments: bigint, frames: bigint) => {
    const links = { eth0: { rxBytes: 0n, rxPackets: 0n, txBytes: 1514n * frames, txPackets: frames } };
    const plain = reading({ minute, links });
    return {
      ...plain,
      snapshot: { ...plain.snapshot, snmp: { ...plain.snapshot.snmp, Tcp: { OutSegs: segments, RetransSegs: 0n } } },
    };
  };
  // The devices are read last: a thousand of the first interval's frames are segments of the second.
  const states = [sent(0, 0n, 0n), sent(1, 1000n, 2000n), sent(2, 4000n, 4000n), sent(3, 6000n, 5000n)];
  const written: SampleRecord[] = [];
  for (const state of states) written.push(nextRecord(written.at(-1), state));
  expect(written.map(({ carry }) => carry.segments)).toEqual([0, 1000, 0, 0]);
  const frame = 1500;
  expect(written.map(({ delta }) => delta?.external.out.wireOctets)).toEqual([
    undefined,
    2000 * frame,
    2000 * frame,
    // Here a thousand segments were inside GSO packets.
    1000 * frame + 1000 * 52,
  ]);
});

test('a sample of an earlier version has nothing of the segments to carry over', () => {
  const [first] = records({});
  if (!first) throw new Error('no record');
  const { segments: _, ...carry } = first.carry;
  const parsed = parseRecord(JSON.stringify({ ...first, carry }));
  expect(parsed).toMatchObject({ kind: 'record' });
  expect(
    parsed.kind === 'record' &&
      nextRecord(parsed.record, reading({ ...busy, minute: 1 })).delta?.external.out.wireOctets,
  ).toBe(200);
});

test('what is missing for longer than an interval was not read too early, and is not taken off for ever', () => {
  const written = records({}, { minute: 1, lo: 900n }, { minute: 2, lo: 950n }, { minute: 3, lo: 950n, inOctets: 70n });
  expect(written.map(({ carry }) => carry.loopback)).toEqual([0, 900, 50, 0]);
  expect(written.at(-1)?.delta?.external.in.wireOctets).toBe(20);
});

test('after a reboot the counters count from the start, and the time that nobody saw is said', () => {
  const record = last(busy, { ...busy, minute: 10, boot: 'second', uptimeMinutes: 3, inOctets: 2000n });
  expect(record.delta).toMatchObject({
    from: '2027-01-01T00:07:00.000Z',
    elapsedMs: 180_000,
    external: { in: { wireOctets: 1300 }, out: { wireOctets: 200 } },
    loopback: 700,
  });
  expect(record.events).toEqual([{ kind: 'reboot', unseenMs: 7 * 60_000 }]);
  expect(record.total).toMatchObject({ in: { octets: '1300', unknown: 1 }, out: { octets: '200', unknown: 1 } });
});

test('a wall clock that went back says nothing about the time before a reboot', () => {
  expect(last({ minute: 9 }, { minute: 1, boot: 'second', uptimeMinutes: 0 }).events).toEqual([
    { kind: 'reboot', unseenMs: null },
  ]);
});

test('a container that started anew under the host’s boot id is a reboot', () => {
  expect(last({ uptimeMinutes: 50 }, { minute: 9, uptimeMinutes: 2 }).events).toMatchObject([{ kind: 'reboot' }]);
});

test('another network namespace has other counters', () => {
  const record = last(busy, { ...busy, minute: 1, namespace: 'net:[2]', inOctets: 9000n });
  expect(record).toMatchObject({ delta: null, events: [{ kind: 'other-namespace' }], total: { in: { unknown: 1 } } });
});

test('a namespace without a name is taken for the same', () => {
  expect(last(busy, { ...busy, minute: 1, namespace: null }).events).toEqual([]);
});

test('a counter that went down is unknown, and so is what is made of it', () => {
  const eth0 = { ...busy.links?.['eth0'], rxBytes: 9000n };
  const record = last(busy, { ...busy, minute: 1, inOctets: 4999n, outOctets: 901n, links: { eth0 } });
  expect(record.events).toEqual([{ kind: 'counter-reset', counter: 'IpExt.InOctets', before: '5000', after: '4999' }]);
  expect(record.delta).toMatchObject({
    external: { in: { wireOctets: null, errorBound: null, ipOctets: null }, out: { wireOctets: 0 } },
    raw: { ipv4: { in: null, out: 1 } },
    loopback: 0,
  });
  expect(record.total).toMatchObject({ in: { octets: '0', unknown: 1 }, out: { unknown: 0 } });
});

test('a device’s reset leaves what the IP layer counted', () => {
  const record = last(busy, { ...busy, minute: 1, inOctets: 5100n, links: { eth0: { rxBytes: 1n, txBytes: 1n } } });
  expect(record.events.map((event) => event.kind === 'counter-reset' && event.counter)).toEqual([
    'eth0.rxBytes',
    'eth0.rxPackets',
    'eth0.txBytes',
    'eth0.txPackets',
  ]);
  expect(record.delta).toMatchObject({
    external: { in: { wireOctets: 100 }, out: { wireOctets: null } },
    devices: { eth0: { in: null, out: null } },
  });
});

test('u64 counters near their limit are exact; past it they went down', () => {
  const top = 2n ** 64n - 1n;
  expect(last({ inOctets: top - 5n }, { minute: 1, inOctets: top }).delta?.external.in.wireOctets).toBe(5);
  expect(
    last(
      { inOctets: top, links: { eth0: { rxBytes: 0n } } },
      { minute: 1, inOctets: 3n, links: { eth0: { rxBytes: 9n } } },
    ),
  ).toMatchObject({
    events: [{ kind: 'counter-reset', before: '18446744073709551615', after: '3' }],
    delta: { external: { in: { wireOctets: null } } },
  });
});

test('a counter that jumped by more than a number holds makes the interval unknown', () => {
  const record = last({}, { minute: 1, inOctets: 2n ** 63n });
  expect(record).toMatchObject({ delta: null, events: [{ kind: 'too-large' }], total: { in: { unknown: 1 } } });
  const after = last({}, { minute: 1, inOctets: 2n ** 63n }, { minute: 2, inOctets: 2n ** 63n + 7n });
  expect(after.total).toMatchObject({ in: { octets: '7', unknown: 1 } });
});

const frames = (octets: bigint) => ({ rxBytes: octets, rxPackets: 1n, txBytes: octets, txPackets: 1n });

test.each<[string, Machine['links'], object[], object]>([
  [
    'appeared: it counts from zero',
    { eth0: frames(20n), usb0: frames(50n) },
    [{ kind: 'device-appeared', device: 'usb0' }],
    { external: { out: { wireOctets: 36 } }, devices: { eth0: { in: 0, out: 0 }, usb0: { in: 50, out: 50 } } },
  ],
  [
    'vanished: its last bytes are unknown',
    {},
    [{ kind: 'device-vanished', device: 'eth0' }],
    { external: { out: { wireOctets: null } }, devices: { eth0: { in: null, out: null } } },
  ],
  [
    'was replaced by one of its name, whose counters are past the old ones',
    { eth0: { ...frames(900n), index: 7 } },
    [{ kind: 'device-replaced', device: 'eth0' }],
    { external: { out: { wireOctets: null } }, devices: { eth0: { in: null, out: null } } },
  ],
  [
    'has another name',
    { wan0: { ...frames(120n), rxPackets: 2n, txPackets: 2n, index: 2 } },
    [{ kind: 'device-renamed', device: 'wan0', before: 'eth0' }],
    { external: { out: { wireOctets: 86 } }, devices: { wan0: { in: 100, out: 100 } } },
  ],
  [
    'has lost its number: the name is what is left',
    { eth0: { ...frames(25n), index: null } },
    [],
    { external: { out: { wireOctets: 5 } }, devices: { eth0: { in: 5, out: 5 } } },
  ],
])('a device %s', (_, links, events, delta) => {
  const record = last({ links: { eth0: frames(20n) } }, { minute: 1, links: links ?? {} });
  expect(record.events).toEqual(events);
  expect(record.delta).toMatchObject(delta);
});

test('two devices that change names are distinguished', () => {
  const record = last(
    { links: { eth0: frames(100n), eth1: frames(5000n) } },
    { minute: 1, links: { eth0: { ...frames(5007n), index: 3 }, eth1: { ...frames(101n), index: 2 } } },
  );
  expect(record.delta?.devices).toEqual({ eth0: { in: 7, out: 7 }, eth1: { in: 1, out: 1 } });
});

test('devices that lead nowhere are counted without a word', () => {
  const record = last(
    { links: { eth0: {}, veth1: frames(5n) }, devices: ['eth0'] },
    { minute: 1, links: { eth0: {}, veth2: { ...frames(6n), index: 9 } }, devices: ['eth0'] },
  );
  expect(record.events).toEqual([]);
  expect(record.delta).toMatchObject({
    external: { out: { wireOctets: 0 } },
    devices: { veth1: { in: null }, veth2: { in: 6 } },
  });
});

test('a device that counted as outside and does no longer is still part of the interval', () => {
  const links = (bytes: bigint) => ({ wan0: { txBytes: bytes }, wan1: { txBytes: bytes } });
  const record = last({ links: links(0n), devices: ['wan0'] }, { minute: 1, links: links(100n), devices: ['wan1'] });
  expect(record.delta?.external.out.wireOctets).toBe(200);
});

test.each<[string, Machine, object[]]>([
  ['on time', { minute: 1 }, []],
  ['a little late', { minute: 1.5 }, []],
  ['late', { minute: 2 }, [{ kind: 'gap', ms: 120_000 }]],
  ['after days without netmeter', { minute: 4320 }, [{ kind: 'gap', ms: 4320 * 60_000 }]],
  ['after a longer interval before', { minute: 2, intervalMs: 1000 }, [{ kind: 'gap', ms: 120_000 }]],
  ['after sleep', { minute: 61, awakeMinutes: 1001 }, [{ kind: 'suspended', ms: 3_600_000 }]],
  [
    'after sleep without netmeter',
    { minute: 70, awakeMinutes: 1010 },
    [
      { kind: 'suspended', ms: 3_600_000 },
      { kind: 'gap', ms: 600_000 },
    ],
  ],
])('a sample %s', (_, machine, events) => {
  const record = last({}, { inOctets: 77n, ...machine });
  expect(record.events).toEqual(events);
  // Whatever the time: the bytes are those that moved in it.
  expect(record.delta).toMatchObject({
    elapsedMs: (machine.minute ?? 0) * 60_000,
    external: { in: { wireOctets: 77 } },
  });
});
