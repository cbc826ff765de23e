import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pastQueue } from '../../../src/traffic/veth/past-queue.js';

const queue = (bytes: number, packets: number) => ({ bytes, packets });
const link = (octets: number | undefined, packets: number | undefined) => ({ octets, packets });

test.each([
  ['all of it seen', queue(1000, 2), link(1000, 2), 0],
  ['one frame not seen', queue(1000, 2), link(1100, 3), 100],
  ['dropped behind the queue', queue(1000, 2), link(400, 1), 0],
  ['the device unknown', queue(1000, 2), link(undefined, 2), 0],
  // Two segments are inside a GSO packet: 54 octets more each, at least.
  ['TCP without options inside a GSO packet', queue(5000 + 2 * 54, 4), link(5000, 2), 0],
  ['less than the headers of what is inside', queue(5000 + 2 * 54 - 7, 4), link(5000, 2), 7],
])('%s', (_, counted, device, octets) => {
  expect(pastQueue('ipv4', counted, device, 0)).toBe(octets);
});

test('datagrams can have been segmented into segments of shorter headers', () => {
  const cut = queue(5000 + 100 * 42, 101);
  expect(pastQueue('ipv4', cut, link(5000, 1), 1)).toBe(0);
  expect(pastQueue('ipv4', cut, link(5000, 1), undefined)).toBe(0);
  expect(pastQueue('ipv4', cut, link(5000, 1), 0)).toBe(100 * 12);
  expect(pastQueue('ipv6', queue(5000 + 100 * 62, 101), link(5000, 1), 1)).toBe(0);
});

test('whatever a job sends by IP, nothing is past the queue; what is past it is never reported larger', () => {
  const packet = fc.record({
    segments: fc.integer({ min: 1, max: 44 }),
    options: fc.integer({ min: 0, max: 10 }),
    payload: fc.integer({ min: 1, max: 1400 }),
  });
  fc.assert(
    fc.property(
      fc.array(packet, { maxLength: 20 }),
      fc.array(fc.integer({ min: 60, max: 1514 }), { maxLength: 5 }),
      (sent, past) => {
        const header = ({ options }: { options: number }) => 54 + 4 * options;
        const bytes = sent.reduce((sum, each) => sum + each.segments * (header(each) + each.payload), 0);
        const octets = sent.reduce((sum, each) => sum + header(each) + each.segments * each.payload, 0);
        const packets = sent.reduce((sum, { segments }) => sum + segments, 0);
        const bypassed = past.reduce((sum, frame) => sum + frame, 0);
        const counted = queue(bytes, packets);
        const device = link(octets + bypassed, sent.length + past.length);
        const least = pastQueue('ipv4', counted, device, 0);
        expect(least).toBeLessThanOrEqual(bypassed);
        // No more of it is unseen than the options of the headers inside GSO packets have.
        const hidden = packets - sent.length;
        expect(bypassed - least).toBeLessThanOrEqual(hidden * 40 + past.length * 54);
      },
    ),
  );
});
